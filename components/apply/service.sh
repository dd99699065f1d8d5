# How sshd is told of a changed file, and whether it is there afterwards.
service=$(planned service)
service_kind=${service%% *}
service_name=${service#* }

# Each connection starts a sshd of its own, which reads the files anew.
reads_at_login() { case $service_name in *.socket) true ;; *) false ;; esac; }

# What is not running reads its files once it starts.
sshd_runs() {
  case $service_kind in
    systemd | triggered) systemctl is-active --quiet "$service_name" ;;
    openrc) bounded rc-service --quiet "$service_name" status >/dev/null 2>&1 ;;
    runit) bounded sv status "$service_name" | grep -q '^run:' ;;
    # Whether it runs only the user's own command knows.
    unknown) [ -n "$(planned reloadCommand)" ] ;;
    *) sshd_pid "$(pid_file)" "$sshd" >/dev/null ;;
  esac
}

# What sshd says of itself, asked once: no change of ours is about that.
of_sshd() { # keyword
  [ -f "$work/before.server" ] || ask server >"$work/before.server" 2>/dev/null
  sed -n "s/^$1 //p" "$work/before.server"
}

pid_file() {
  if [ "$service_kind" = pidfile ]; then printf '%s\n' "$service_name"; else of_sshd pidfile; fi
}

# host and port, a line each, of where sshd listens.
listens_on() {
  case $service in
    triggered\ * | *.socket) systemctl show --property=Listen "${service_name%.*}.socket" | sed 's/^Listen=//; s/ (Stream)$//' ;;
    *) of_sshd listenaddress ;;
  esac | sed -n -e 's/^0\.0\.0\.0:/127.0.0.1:/' -e 's/^\[::\]:/[::1]:/' -e 's/^\[\{0,1\}\([^]]*\)\]\{0,1\}:\([0-9][0-9]*\)$/\1 \2/p'
}

# Whether sshd greets who connects.
greets() {
  have ssh-keyscan || return 1
  listens_on >"$work/listens"
  while read -r host port; do
    bounded ssh-keyscan -T 5 -t ed25519 -p "$port" "$host" 2>&1 </dev/null | grep -q 'SSH-' && return
  done <"$work/listens"
  return 1
}

# To a file: a daemon that this starts would keep a pipe open.
told() { bounded "$@" >"$work/told" 2>&1 </dev/null; }

tell_sshd() {
  command=$(planned reloadCommand)
  verb=$(planned activation)
  if [ -n "$command" ]; then
    told /bin/sh -c "$command"
    return
  fi
  case $service_kind in
    systemd) told systemctl "${verb:-reload}" "$service_name" ;;
    triggered) told systemctl restart "$service_name" ;;
    openrc) told rc-service "$service_name" "${verb:-reload}" ;;
    sysvinit) told "/etc/init.d/$service_name" "${verb:-reload}" ;;
    runit) if [ "$verb" = restart ]; then told sv restart "$service_name"; else told sv hup "$service_name"; fi ;;
    pidfile)
      running=$(sshd_pid "$service_name" "$sshd") || { echo "no sshd runs under $service_name" >"$work/told" && return 1; }
      kill -HUP "$running" 2>"$work/told"
      ;;
    *) echo "how sshd is reloaded here is not known" >"$work/told" && return 1 ;;
  esac
}

inode_of() { ls -id "$1" 2>/dev/null | awk '{ print $1 }'; }

# After it was told sshd takes its pid file away, starts anew and writes it once it listens.
wait_for() { # condition…
  tries=0
  sleep 0.3 2>/dev/null || sleep 1
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -le 10 ] || return 1
    sleep 1
  done
}

is_back() {
  trouble="it did not come back within 10 s"
  sshd_runs || return 1
  if [ "${written_to:-none}" != none ]; then
    sshd_pid "$written_to" "$sshd" >/dev/null || return 1
    # A command may well succeed and tell nobody.
    trouble="it was told and has not read its files anew within 10 s"
    [ "$(inode_of "$written_to")" != "$written_before" ] || return 1
    trouble="it did not come back within 10 s"
  fi
  [ -z "$greeted" ] || greets
}

# Says why sshd is not running with the new files.
reload_sshd() {
  if reads_at_login; then
    [ -z "$greeted" ] || greets || { echo "it does not answer any more" && return 1; }
    return 0
  fi
  written_to=$(pid_file)
  # Not every sshd writes one: the command line may say otherwise than the files.
  sshd_pid "$written_to" "$sshd" >/dev/null || written_to=none
  if [ "$written_to" = none ]; then held=/dev/null; else held=$written_to; fi
  # What is held open leaves its number to no other file.
  {
    written_before=$(inode_of "$held")
    tell_sshd 9<&- || { cat "$work/told" && return 1; }
    wait_for is_back || { echo "$trouble" && return 1; }
  } 9<"$held"
}

# With its former files it has to be there, whatever that takes. Says why it is not.
bring_back() {
  why=$(reload_sshd) && return
  # It may well not have run before.
  [ -f "$work/ran" ] && ! sshd_runs || { echo "$why" && return 1; }
  case $service_kind in
    systemd | triggered) told systemctl restart "$service_name" ;;
    openrc) told rc-service "$service_name" restart ;;
    sysvinit) told "/etc/init.d/$service_name" restart ;;
    runit) told sv restart "$service_name" ;;
    pidfile) told "$sshd" -f "$(main_of server)" ;;
    *) false ;;
  esac && wait_for is_back || { echo "$why" && return 1; }
}

greeted=
