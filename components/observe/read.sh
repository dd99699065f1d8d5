# Reads all that is needed to know of this host, in one go, and changes nothing.
# $request holds the paths, one `key value` a line. The answer is records: tab-separated fields on a line; the last
# field of a blob is its length, and that many bytes follow.
TAB=$(printf '\t')
NL='
'
IFS=$NL
MAX=1048576

asked() { printf '%s\n' "$request" | sed -n "s/^$1 //p"; }

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

file_status() { # mode, owner, group, change time
  stat -c "%a$TAB%u$TAB%g$TAB%Z" "$1" 2>/dev/null || stat -f "%Lp$TAB%u$TAB%g$TAB%c" "$1"
}

size_of() { wc -c <"$1" | tr -d ' '; }

file() {
  path=$(real_path "$1") || path=
  if [ -z "$path" ] || [ ! -e "$path" ]; then
    if [ -L "$1" ]; then record unusable "$1" "is a link to nothing"; else record missing "$1"; fi
  elif [ -d "$path" ]; then record unusable "$1" "is a directory"
  elif [ ! -f "$path" ]; then
    blocking=yes
    record unusable "$1" "is not a regular file"
  elif [ ! -r "$path" ]; then record unusable "$1" "can't be read"
  elif [ "$(size_of "$path")" -gt $MAX ]; then record unusable "$1" "is larger than $MAX bytes"
  else
    size=$(size_of "$path")
    record file "$1" "$path" "$(file_status "$path")" "$size"
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
    if (tolower(substr($0, 1, 7)) != "include") next
    rest = substr($0, 8)
    if (rest !~ /^[ \t="]/) next
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

# A file and what it includes. Only the positional parameters are a call's own, as this recurs; no other variable is
# used after a call.
seen=
tree() { # path depth
  case $NL$seen in *"$NL$1$NL"*) return 0 ;; esac
  seen=$seen$1$NL
  file "$1" || return 0
  [ "$2" -lt 16 ] || return 0
  set -f
  for pattern in $(patterns "$1"); do
    set +f
    case $pattern in /*) ;; *) pattern=/etc/ssh/$pattern ;; esac
    follow "$pattern" $(($2 + 1))
  done
  set +f
}

follow() { # pattern depth
  record include "$1"
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

# OpenSSH would wait forever for a pipe's other end, so it is not asked where one is among its files.
effective() { # role command…
  role=$1
  shift
  answer=$(bounded "$@" 2>&1)
  code=$?
  text "$(printf '%s' "$answer" | head -c 65536)" effective "$role" $code
}

openssh_version() { "$1" -V 2>&1 | sed -n 's/.*\(OpenSSH_[A-Za-z0-9._-]*\).*/\1/p' | head -n 1; }

# How a running sshd is told of a changed file. One that is not the system's own is known by its pid file.
service() {
  if [ "$sshd_config" = /etc/ssh/sshd_config ] && [ -d /run/systemd/system ] && have systemctl; then
    for unit in ssh.service sshd.service ssh.socket sshd.socket; do
      systemctl is-active --quiet "$unit" && record service systemd "$unit" && return
    done
  fi
  pid_file=$(printf '%s\n' "$answer" | sed -n 's/^pidfile //p')
  if [ -n "$pid_file" ] && sshd_pid "$pid_file" >/dev/null; then
    record service pidfile "$pid_file"
  else
    record service unknown -
  fi
}

sshd_config=$(asked sshdConfig)
ssh_config=$(asked sshConfig)
journal=$(asked journal)
sshd=$(asked sshd)
ssh=$(asked ssh)
[ -n "$sshd" ] || sshd=$(command -v sshd)
[ -n "$ssh" ] || ssh=$(command -v ssh)

record ssh-keepalive-observation 1
record uid "$(id -u)"
record shell "$(awk -F: -v user="${SUDO_USER:-$(id -un)}" '$1 == user { print $7 }' /etc/passwd)"
record machine "$(machine_id | head -n 1)"
if [ -r /proc/1/stat ]; then
  record boot "$(cat /proc/sys/kernel/random/boot_id)" "$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)"
else
  record boot "$(ps -o lstart= -p 1)" -
fi
if [ -e "$journal" ]; then file "$journal" || :; fi
blocking=
tree "$sshd_config" 0
server_blocks=$blocking
blocking=
tree "$ssh_config" 0
client_blocks=$blocking
answer=
if [ -n "$sshd" ] && [ -x "$sshd" ]; then
  record program sshd "$sshd" "$(openssh_version "$sshd")"
  [ ! -f "$sshd_config" ] || [ -n "$server_blocks" ] || effective server "$sshd" -T -f "$sshd_config"
  service
fi
if [ -n "$ssh" ] && [ -x "$ssh" ]; then
  record program ssh "$ssh" "$(openssh_version "$ssh")"
  # ssh -G runs the commands of `Match exec`; reading a host runs nothing of anybody's.
  matched=$(set -f; printf '%s' "$seen" | while read -r path; do
    [ -f "$path" ] && tr -d '"' <"$path" | grep -qiE '^[[:space:]]*match[[:space:]=].*exec' && echo exec
  done)
  if [ -f "$ssh_config" ] && [ -z "$matched$client_blocks" ]; then effective client "$ssh" -G -F "$ssh_config" ssh-keepalive.invalid; fi
fi
record end
