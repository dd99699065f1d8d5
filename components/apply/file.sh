# What is done with one file: $1 with the file at the path $2; $3 tells this run's candidates from others'. For a file in
# a user's home this text runs as that user, so that no path there is ever opened with other rights than the user's.
real=$2
if [ -L "$2" ]; then
  # A symbolic link is kept and its target edited.
  { real=$(readlink -f "$2") && [ -e "$real" ]; } || { echo "it is a link to nothing" >&2 && exit 1; }
fi
folder=${real%/*}
# No pattern of an Include line takes a name that starts with a dot.
candidate=$folder/.${real##*/}.ssh-keepalive-$3

# A rename would part a file from its other names, and can't take the place of one that is a mount of its own.
is_written_in_place() {
  [ "$(ls -ld "$real" 2>/dev/null | awk '{ print $2; exit }')" -gt 1 ] 2>/dev/null ||
    awk 'BEGIN { path = ARGV[2]; ARGV[2] = "" } $5 == path { found = 1 } END { exit !found }' /proc/self/mountinfo "$(readlink -f "$real")" 2>/dev/null
}

case $1 in
  in-place) is_written_in_place ;;
  read)
    [ -e "$real" ] || exit 3
    [ -f "$real" ] || { echo "it is no regular file" >&2 && exit 1; }
    cat "$real"
    ;;
  candidate) printf '%s\n' "$candidate" ;;
  stage) # with the mode $4 where the file is new, else a copy, so that mode, owner and labels are kept
    mkdir -p "$folder" || exit 1
    # There somebody else could put a link in the candidate's place.
    if [ "$(id -u)" -eq 0 ] && ls -ldn "$folder/" | awk '{ exit !($3 != 0 || (substr($1, 6, 1) == "w" && $4 != 0) || ($1 ~ /^........w[^tT]/)) }'; then
      echo "others than root can write its folder $folder; make that root's alone (chown root, chmod go-w)" >&2
      exit 1
    fi
    rm -f "$candidate" && (set -C && : >"$candidate") || exit 1
    if [ -e "$real" ]; then
      cp -a "$real" "$candidate" && cat >"$candidate"
    else
      cat >"$candidate" && chmod "$4" "$candidate"
    fi && flush "$candidate"
    ;;
  commit) # on stdin is what was there
    if is_written_in_place; then
      cat "$candidate" >"$real" || { cat >"$real"; exit 1; }
      flush "$real"
      rm -f "$candidate"
    else
      mv -f "$candidate" "$real" || exit 1
      flush "$folder"
    fi
    ;;
  discard | remove) # and its folder where $4 says so
    if [ "$1" = remove ]; then rm -f "$real" "$2"; else rm -f "$candidate"; fi || exit 1
    [ "${4:-}" != folder ] || rmdir "$folder" 2>/dev/null || :
    ;;
esac
