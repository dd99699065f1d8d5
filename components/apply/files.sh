# The files that the plan names. Of each the work folder holds what was there (old) and what is to be there (new); what
# is missing there does not exist.
list_files() {
  all=
  total=0
  planned file >"$work/files"
  while IFS= read -r named; do
    total=$((total + 1))
    all="$all $total"
    printf '%s\n' "$named" >"$work/$total.file"
  done <"$work/files"
}

# Makes a file the one at hand, which all below is about.
select_file() { # number
  number=$1
  read -r part path before after <"$work/$1.file"
}

# Whose candidates are told from others' by it: this process, or the one after which it tidies up.
run=$$

on_file() { # operation arguments…
  doing=$1
  shift
  run_for "$part" "$file_script" "$doing" "$path" "$run" "$@"
}

take() { # copy
  on_file read >"$1" 2>"$work/said"
  case $? in
    0) ;;
    3) rm -f "$1" ;;
    *) return 1 ;;
  esac
}

# Whether two files are the same, or both do not exist.
same() {
  if [ -f "$1" ] && [ -f "$2" ]; then cmp -s "$1" "$2"; else [ ! -f "$1" ] && [ ! -f "$2" ]; fi
}

hash_of() { if [ -f "$1" ]; then sha256_of "$1"; else echo -; fi; }

# `folder` where we made that too, as our lines' marker notes.
made_folder() { # content
  ! grep -q '^# >>> ssh-keepalive .*; folder created' "$1" 2>/dev/null || echo folder
}

stage() { # content
  staged="$staged $number"
  case $part in *:*) mode=600 ;; *) mode=644 ;; esac
  on_file stage $mode <"$1" 2>"$work/said"
}

discard_candidate() {
  made=
  [ "$before" != - ] || made=$(made_folder "$work/$number.new")
  on_file discard $made
}

commit() { # what-is-there
  there=$1
  [ -f "$there" ] || there=/dev/null
  on_file commit <"$there" 2>"$work/said"
}

committed=
# Puts what is new in the place of what is old, if that is still there.
carry_out() {
  take "$work/now" || return 1
  same "$work/now" "$work/$number.old" || { echo "it was changed meanwhile; run it again" >"$work/said" && return 1; }
  if [ -f "$work/$number.new" ]; then
    commit "$work/$number.old"
  else
    on_file remove $(made_folder "$work/$number.old") 2>"$work/said"
  fi || return 1
  committed="$number $committed"
}

# Puts back what was there in all files, the last one first; tells of those where that can't be done.
put_back() {
  for number in $committed; do
    select_file "$number"
    { take "$work/now" && { half_written || same "$work/now" "$work/$number.new"; }; } || { echo "; and $path was changed meanwhile, so it stays" && continue; }
    if [ -f "$work/$number.old" ]; then
      stage "$work/$number.old" && commit "$work/$number.new"
    else
      on_file remove $(made_folder "$work/$number.new") 2>"$work/said"
    fi || echo "; and $path could not be put back"
  done
}

# Whether a file of a part is among some.
is_among() { # part numbers…
  wanted=$1
  shift
  for number; do
    select_file "$number"
    [ "$part" != "$wanted" ] || return 0
  done
  return 1
}

# Where the plan's files of sshd's are, as sshd may read one by several names.
server_files() {
  planned file | sed -n 's/^server \([^ ]*\) .*/\1/p' | while read -r named; do readlink -f "$named"; done
}

is_listed() { printf '%s\n' "$2" | grep -qxF -e "$(readlink -f "$1")"; } # path real-paths

on_main_exists() { # part main
  run_for "$1" '[ -f "$1" ]' "$2"
}
