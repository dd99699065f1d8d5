case $operation in
  create | update) apply ;;
  delete) undo ;;
  confirm) confirm ;;
  watch) watch ;;
esac
