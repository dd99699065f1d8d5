# What is used to read config files, by root as well as by a user who reads what is that user's own. The answer is records:
# tab-separated fields on a line; the last field of a blob is its length, and that many bytes follow.
TAB=$(printf '\t')
NL='
'
IFS=$NL
MAX=1048576

record() {
  printf '%s' "$1"
  shift
  for field; do printf '\t%s' "$field"; done
  printf '\n'
}

text() { # text fields…
  content=$1
  shift
  record "$@" "$(printf '%s' "$content" | wc -c | tr -d ' ')"
  printf '%s\n' "$content"
}

changed_at() { # file, in seconds
  stat -c %Z "$1" 2>/dev/null || stat -f %c "$1"
}

file_status() { # mode, owner, group, change time
  stat -c "%a$TAB%u$TAB%g$TAB%Z" "$1" 2>/dev/null || stat -f "%Lp$TAB%u$TAB%g$TAB%c" "$1"
}

# Whether somebody else than root could have written a file, or put another in its place: by the path that names it, or where
# its links lead.
foreign() { foreign_on_way "$1" || foreign_on_way "$(readlink -f "$1")"; }

foreign_on_way() {
  step=$1
  while :; do
    file_status "$step" | {
      IFS=$TAB read -r mode owner group _
      [ "$owner" = 0 ] || exit 1
      # The mode of a link means nothing.
      [ ! -L "$step" ] || exit 0
      case $mode in
        1???) ;;
        *[2367]) exit 1 ;;
        *[2367]?) [ "$group" = 0 ] || exit 1 ;;
      esac
    } || return 0
    [ "$step" != / ] || return 1
    step=${step%/*}
    step=${step:-/}
  done
}

# Whether root would write where others can.
exposed() { # folder
  [ "$(id -u)" -eq 0 ] && foreign "$1"
}

size_of() { wc -c <"$1" | tr -d ' '; }

# Set where an Include line is relative.
relative=

# Set where OpenSSH must not be asked of a tree: it would wait forever for a pipe's other end, fill the memory with what is
# no config, or read what was not seen.
blocking=

file() {
  path=$(real_path "$1") || path=
  if [ -z "$path" ] || [ ! -e "$path" ]; then
    if [ -L "$1" ]; then record unusable "$1" "is a link to nothing"; else record missing "$1"; fi
  elif [ -d "$path" ]; then record unusable "$1" "is a directory"
  elif [ ! -f "$path" ]; then
    blocking=yes
    record unusable "$1" "is not a regular file"
  elif [ ! -r "$path" ]; then record unusable "$1" "can't be read"
  elif [ "$(size_of "$path")" -gt $MAX ]; then
    blocking=yes
    record unusable "$1" "is larger than $MAX bytes"
  else
    size=$(size_of "$path")
    record file "$1" "$(readlink -f "$path")" "$(file_status "$path")" "$size"
    head -c "$size" "$path"
    printf '\n'
    # Root is refused only by a read-only file system and an immutable file. Some shells don't see that; then up does.
    { [ -w "$path" ] && [ -w "${path%/*}/" ]; } || record sealed "$1"
    return 0
  fi
  return 1
}

patterns() { # of the Include lines in a file, one a line
  awk '{
    sub(/\r$/, ""); sub(/^[ \t]+/, "")
    if (!match(tolower($0), /^"?include"?[ \t=]/)) next
    rest = substr($0, RLENGTH)
    sub(/^[ \t]*=?[ \t]*/, "", rest)
    while (rest != "" && rest !~ /^#/) {
      if (substr(rest, 1, 1) == "\"") {
        rest = substr(rest, 2); end = index(rest, "\"")
        if (!end) next
        print substr(rest, 1, end - 1); rest = substr(rest, end + 1)
      } else { match(rest, /^[^ \t]+/); print substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1) }
      sub(/^[ \t]+/, "", rest)
    }
  }' "$1"
}

# A file and what it includes, where a relative path means one in $base. Only the positional parameters are a call's own,
# as this recurs; no other variable is used after a call.
seen=
followed=
tree() { # path depth
  case $NL$seen in *"$NL$1$NL"*) return 0 ;; esac
  seen=$seen$1$NL
  file "$1" || return 0
  [ "$2" -lt 16 ] || return 0
  set -f
  for pattern in $(patterns "$1"); do
    set +f
    case $pattern in
      # Some releases put in there what is not known here: OpenSSH is not asked of files that were not seen.
      *[%$]* | \~[!/]*)
        blocking=yes
        continue
        ;;
      /*) ;;
      \~/*) pattern=$HOME/${pattern#??} ;;
      *)
        pattern=$base/$pattern
        relative=yes
        ;;
    esac
    follow "$pattern" $(($2 + 1))
  done
  set +f
}

follow() { # pattern depth
  record include "$1"
  followed=$followed$1$NL
  case ${1%/\*.conf} in
    "$1" | *[*?[]*) ;;
    *) [ ! -d "${1%/*}" ] || [ ! -w "${1%/*}/" ] || exposed "$(cd -P "${1%/*}" && pwd)" || record folder "${1%/*}" ;;
  esac
  for included in $1; do
    [ -e "$included" ] || [ -L "$included" ] || continue
    case $included in
      *[[:cntrl:]]*)
        [ -f "$included" ] || blocking=yes
        included=$(printf '%s' "$included" | tr '\001-\037\177' '?')
        record included "$1" "$included"
        record unusable "$included" "has control characters in its name"
        ;;
      *)
        record included "$1" "$included"
        tree "$included" "$2"
        ;;
    esac
  done
}

# What a program says, and its exit status. Of what has no end the start is taken, and who goes on writing is ended by that:
# a variable would take all that there is memory for.
verdict() { # kind command…
  kind=$1
  shift
  answer=$({ "$@" 2>&1 </dev/null; printf '\n=%s' $?; } | head -c $MAX)
  code=$(printf '%s\n' "$answer" | sed -n '$s/^=\([0-9]*\)$/\1/p')
  text "$(printf '%s\n' "$answer" | sed '$d' | head -c 65536)" $kind "${code:-1}"
}

brief() { if have timeout; then timeout 8 "$@"; else "$@"; fi; }

# Whether ssh takes patterns: of a Host line with a value that nobody else would set.
try_patterns() { # ssh probe patterns
  answer=$(printf 'Host %s\n  ServerAliveInterval 12345\n' "$3" | brief "$1" -G -F /dev/stdin -- "$2" 2>&1)
  code=$?
  text "$(printf '%s' "$answer" | head -c 65536)" patterns $code
}
