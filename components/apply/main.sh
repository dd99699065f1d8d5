case $operation in
  create) apply ;;
  delete) undo ;;
  confirm) confirm ;;
  watch) watch ;;
esac
