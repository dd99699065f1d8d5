# Reads what is a user's own, with that user's rights, and changes nothing. $1 is the roles that are asked for, $2 the host
# that ssh is asked about, $3 ssh, $4 the patterns of the settings, if there are any.
unusable() { # why, in words that follow the user's name
  record no-user "$1"
  record end
  exit 0
}

record uid "$(id -u)"
home=$(cd -P "$HOME" 2>/dev/null && pwd) || unusable "has no home that can be entered: $HOME"
[ "$(file_status "$home" | cut -f 2)" = "$(id -u)" ] || unusable "has a home that is another user's: $home"
case $home in *[!!-~]*) unusable "has a home with blanks or other unusual characters in its path: $home" ;; esac
record home "$home"
HOME=$home

case $1 in *client*)
  base=$home/.ssh
  config=$base/config
  [ ! -L "$base" ] || unusable "has a ~/.ssh that is a symbolic link; make it a folder of its own"
  [ ! -e "$base" ] || [ -d "$base" ] || unusable "has a ~/.ssh that is no folder"
  [ ! -d "$base" ] || record folder "$base"
  case $(real_path "$config") in
    "$home"/*) ;;
    *) [ ! -e "$config" ] || unusable "has a ~/.ssh/config that leads out of the home, to $(real_path "$config" | head -c 100)" ;;
  esac
  tree "$config" 0
  if [ -n "$3" ] && [ -z "$blocking" ]; then
    [ ! -f "$config" ] || verdict own brief "$3" -G -F "$config" -- "$2"
    verdict effective brief "$3" -G -- "$2"
    [ -z "$4" ] || try_patterns "$3" "$2" "$4"
  fi
  ;;
esac

case $1 in *putty*)
  sessions=$home/.putty/sessions
  if [ -d "$sessions" ]; then
    case $(cd -P "$sessions" 2>/dev/null && pwd) in
      "$home"/*) ;;
      *) unusable "has a ~/.putty/sessions that leads out of the home or can't be entered" ;;
    esac
    record sessions
    for session in "$sessions"/*; do
      case $session in
        *[!!-~]*) ;;
        *) [ -f "$session" ] && record session "$session" && file "$session" ;;
      esac
    done
  fi
  ;;
esac
record end
