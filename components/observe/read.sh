# Reads all that is needed to know of this host, in one go, and changes nothing. $request holds what is asked, one
# `key value` a line.
asked() { printf '%s\n' "$request" | sed -n "s/^$1 //p"; }

openssh_version() { "$1" -V 2>&1 | sed -n 's/.*\(OpenSSH_[A-Za-z0-9._-]*\).*/\1/p' | head -n 1; }

# How a running sshd is told of a changed file. One that is not the system's own is known by its pid file.
service=
tell_service() { # kind name
  service=$2
  record service "$1" "$2"
}
service() {
  pid_file=$(printf '%s\n' "$answer" | sed -n 's/^pidfile //p')
  case $sshd_config in /etc/ssh/sshd_config | /usr/etc/ssh/sshd_config)
    if [ -d /run/systemd/system ] && have systemctl; then
      for name in ssh sshd; do
        if systemctl is-active --quiet "$name.service"; then
          # It has its listening socket from the other unit, and would find its own port taken if it were reloaded.
          if systemctl is-active --quiet "$name.socket"; then tell_service triggered "$name.service"; else tell_service systemd "$name.service"; fi
          return
        fi
      done
      for name in ssh sshd; do systemctl is-active --quiet "$name.socket" && tell_service systemd "$name.socket" && return; done
    elif [ -d /run/openrc ] && have rc-service; then
      for name in sshd ssh; do rc-service --quiet "$name" status >/dev/null 2>&1 && tell_service openrc "$name" && return; done
    fi
    ! have sv || for name in ssh sshd; do
      bounded sv status "$name" 2>/dev/null | grep -q '^run:' && tell_service runit "$name" && return
    done
    ;;
  esac
  if [ -n "$pid_file" ] && sshd_pid "$pid_file" "$sshd" >/dev/null; then
    case $sshd_config in /etc/ssh/sshd_config | /usr/etc/ssh/sshd_config)
      # What a distribution starts by a script is told by that script.
      if [ "$(cat /proc/1/comm 2>/dev/null)" = init ]; then
        for name in ssh sshd; do [ -x "/etc/init.d/$name" ] && tell_service sysvinit "$name" && return; done
      fi
      ;;
    esac
    tell_service pidfile "$pid_file"
  else
    tell_service unknown -
  fi
}

# Whether a file, a link or a folder changed since sshd wrote its pid file.
is_later() {
  then=$(changed_at "$1")
  [ "$then" -gt "$since" ] || { [ "$then" -eq "$since" ] && [ -n "$(find "$1" -prune -newer "$pid_file")" ]; }
}

# Which files sshd has not read since they changed: it wrote its pid file when it last read them. One that starts for each
# connection reads them then.
tell_unread() { # files
  case $service in *.socket) return ;; esac
  [ -s "$pid_file" ] || { record may-be-unread && return; }
  since=$(changed_at "$pid_file")
  for one; do
    [ -f "$one" ] || continue
    ! is_later "$one" && ! is_later "$(real_path "$one")" || record unread "$one"
  done
  # One may have gone from there.
  for pattern in $followed; do
    case $pattern in *[*?[]*) ;; *) [ ! -e "$pattern" ] || continue ;; esac
    folder=${pattern%/*}
    [ ! -d "$folder" ] || ! { is_later "$folder" || is_later "$(real_path "$folder")"; } || { record may-be-unread && return; }
  done
}

# The file that the settings name, the usual one, or a vendor's where that is missing.
main_of() { # role key name
  main=$(asked "$2")
  whose=own
  if [ "$main" = "/etc/ssh/$3" ] && [ ! -e "$main" ] && [ ! -L "$main" ] && [ -f "/usr/etc/ssh/$3" ]; then
    main=/usr/etc/ssh/$3
    whose=vendor
  fi
  record main "$1" "$main" "$whose"
}

# Where others could put something in the place of what root writes.
tell_exposed() { # file
  [ ! -f "$1" ] || ! exposed "$(dirname "$(real_path "$1")")" || record exposed "$1"
}

# The place of the first `Match exec` of some files: ssh runs its command when it is asked.
command_in() {
  for one; do
    [ -f "$one" ] || continue
    line=$(awk '{ line = tolower($0); gsub(/"/, "", line) } line ~ /^[ \t]*match[ \t=].*exec/ { print NR; exit }' "$one")
    [ -z "$line" ] || { echo "$one:$line" && return; }
  done
}

foreign_among() {
  for one; do
    [ -f "$one" ] && foreign "$(readlink -f "$one")" && echo "$one" && return
  done
}

REMEDY="make that root's alone (chown root, chmod go-w), or take the client role off this host (enabled: false)"

# Asks ssh about the system-wide files: as root by their name. But as nobody where others than root can write them, who
# could put a command of theirs in; and where an Include is relative, as it means /etc/ssh only while no file is named.
ask_client() { # probe
  asker=
  if [ "$(id -u)" -eq 0 ]; then
    set -f
    command=$(command_in $seen)
    theirs=$(foreign_among $seen)
    set +f
    if [ -n "$command" ] && [ -n "$theirs" ]; then
      record notAsked "would run the command of $command as root, and others than root can write $theirs; $REMEDY"
      return
    fi
    if [ -z "$command" ] && [ -n "$theirs$relative" ] && as_user nobody '[ ! -e "$HOME/.ssh/config" ] && [ -r "$1" ]' sh "$ssh_config" 2>/dev/null; then
      asker=nobody
    elif [ -n "$theirs" ]; then
      record notAsked "is not asked as root about $theirs, as others than root can write it, and nobody can't read it; $REMEDY"
      return
    fi
  fi
  set -- "$ssh" -G -- "$1"
  if [ -z "$asker" ] || [ "$ssh_config" != /etc/ssh/ssh_config ]; then
    set -- "$ssh" -G -F "$ssh_config" "$3" "$4"
  fi
  if [ -n "$asker" ]; then
    record asker "$asker"
    verdict "effective${TAB}client" as_user "$asker" 'exec "$@"' sh "$@"
  else
    verdict "effective${TAB}client" bounded "$@"
  fi
}

# The users that are asked for, and those whose files the journal names; a line each: name, roles, probe, patterns.
users() {
  asked user
  [ -f "$journal" ] || return 0
  sed -n 's/^file \([a-z]*\):\([^ ]*\) .*/\2 \1 ssh-keepalive.invalid/p' "$journal" | sort -u
}

read_users() {
  answers=$(mktemp -d) || { echo "no temporary directory can be made: is /tmp full or read-only?" >&2 && exit 1; }
  trap 'rm -rf "$answers"' EXIT
  trap 'exit 1' HUP INT TERM
  users >"$answers/users"
  cut -d ' ' -f 1 "$answers/users" | sort -u >"$answers/names"
  share=$((8388608 / $(wc -l <"$answers/names")))
  # All at once: one who lets us wait costs the others nothing.
  number=0
  while IFS= read -r name; do
    number=$((number + 1))
    [ -n "$(passwd_of "$name")" ] || continue
    [ "$(id -u)" -eq 0 ] || [ "$(id -un)" = "$name" ] || continue
    roles=$(awk 'BEGIN { name = ARGV[1]; ARGV[1] = "" } $1 == name { printf "%s,", $2 }' "$name" "$answers/users")
    about=$(awk 'BEGIN { name = ARGV[1]; ARGV[1] = "" } $1 == name { sub(/^[^ ]+ [^ ]+ /, ""); print; exit }' "$name" "$answers/users")
    patterns=${about#* }
    [ "$patterns" != "$about" ] || patterns=
    {
      (ulimit -f 16384 2>/dev/null; cd /; as_user "$name" "$(user_script)" sh "$roles" "${about%% *}" "${ssh:-}" "$patterns") </dev/null >"$answers/$number.said" 2>/dev/null
      echo $? >"$answers/$number.ended"
    } &
  done <"$answers/names"
  wait
  number=0
  while IFS= read -r name; do
    number=$((number + 1))
    if [ -z "$(passwd_of "$name")" ]; then
      record no-such-user "$name" "is no user there"
    elif [ ! -f "$answers/$number.ended" ]; then
      record no-such-user "$name" "is another user than $(id -un), who is not root there; log in as root, or give become"
    else
      # So ends timeout of GNU, and that of busybox.
      case $(cat "$answers/$number.ended") in 124 | 143)
        record no-such-user "$name" "can't be read within 30 s; does a command of Match exec there wait, or leave processes behind?"
        continue
        ;;
      esac
      # What a user's processes still write is not looked at.
      head -c $share "$answers/$number.said" >"$answers/answer"
      record user "$name" "$(size_of "$answers/answer")"
      cat "$answers/answer"
      printf '\n'
    fi
  done <"$answers/names"
}

journal=$(asked journal)
sshd=$(asked sshd)
ssh=$(asked ssh)
[ -n "$sshd" ] || sshd=$(command -v sshd)
[ -n "$ssh" ] || ssh=$(command -v ssh)

record ssh-keepalive-observation 1
record uid "$(id -u)"
user=${SUDO_USER:-${DOAS_USER:-$(id -un)}}
record user-name "$user"
record shell "$(passwd_of "$user" | cut -d : -f 7)"
record machine "$(machine_id | head -n 1)"
if [ -r /proc/1/stat ]; then
  record boot "$(cat /proc/sys/kernel/random/boot_id)" "$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)"
else
  record boot "$(ps -o lstart= -p 1)" -
fi
for kept in "$journal" "$journal.refused"; do
  if [ -e "$kept" ]; then file "$kept" || :; fi
done
base=/etc/ssh
main_of server sshdConfig sshd_config
sshd_config=$main
tree "$sshd_config" 0
tell_exposed "$sshd_config"
server_blocks=$blocking
blocking=
main_of client sshConfig ssh_config
ssh_config=$main
all_seen=$seen
all_followed=$followed
seen=
relative=
tree "$ssh_config" 0
followed=$all_followed
tell_exposed "$ssh_config"
# Files of ours that no config names any more.
if [ -f "$journal" ]; then
  for path in $(sed -n -e 's/^file server \([^ ]*\) .*/\1/p' -e 's/^file client \([^ ]*\) .*/\1/p' "$journal" | sort -u); do
    case $NL$seen$all_seen in *"$NL$path$NL"*) ;; *) file "$path" || : ;; esac
  done
fi
answer=
if [ -n "$sshd" ] && [ -x "$sshd" ]; then
  record program sshd "$sshd" "$(openssh_version "$sshd")"
  if [ -f "$sshd_config" ] && [ -z "$server_blocks" ]; then
    verdict "effective${TAB}server" bounded "$sshd" -T -f "$sshd_config"
    # Where there is a Match LocalPort it wants to know of one: that is none that a section is for.
    case $answer in *"'lport' not in connection"*) verdict "effective${TAB}server" bounded "$sshd" -T -f "$sshd_config" -C lport=65535 ;; esac
  fi
  service
  set -f
  tell_unread $all_seen
  set +f
fi
if [ -n "$ssh" ] && [ -x "$ssh" ]; then
  record program ssh "$ssh" "$(openssh_version "$ssh")"
  probe=$(asked probe)
  if [ -f "$ssh_config" ] && [ -z "$blocking" ]; then ask_client "$probe"; fi
  hosts=$(asked patterns)
  [ -z "$hosts" ] || try_patterns "$ssh" "$probe" "$hosts"
fi
if [ -n "$(users)" ]; then read_users; fi
record end
