# What OpenSSH says of the parts that the plan asks about, and how sshd is told of a changed file.
sshd=$(planned sshd)
ssh=$(planned ssh)
asker=$(planned asker)

asked_parts() { planned config | cut -d ' ' -f 1; }
main_of() { planned_of config "$1" | cut -d ' ' -f 1; }
probe_of() { planned_of config "$1" | cut -d ' ' -f 2; }

# Of a file in the place of the part's own or, without one, of what is in force, to which a user's client has more files.
ask() { # part [file]
  case $1 in
    server) bounded "$sshd" -T -f "${2:-$(main_of server)}" ;;
    client) ask_client "${2:-$(main_of client)}" "$(probe_of client)" ;;
    *) run_for "$1" 'exec "$@"' "$ssh" -G ${2:+-F "$2"} -- "$(probe_of "$1")" ;;
  esac
}

# As the host was read: see read.sh.
ask_client() { # file probe
  if [ -z "$asker" ]; then
    bounded "$ssh" -G -F "$1" -- "$2"
  elif [ "$1" = /etc/ssh/ssh_config ]; then
    run_for "client:$asker" 'exec "$@"' "$ssh" -G -- "$2"
  else
    run_for "client:$asker" 'exec "$@"' "$ssh" -G -F "$1" -- "$2"
  fi
}

KEEPALIVE='^(client|server)alive(interval|countmax) '

# All of an answer but what the plan is about.
rest() { grep -vE "$KEEPALIVE" "$1" | sort; }

# After a SIGHUP sshd takes its pid file away, starts anew and writes it once it listens.
wait_for_sshd() { # pid-file
  tries=0
  sleep 0.3 2>/dev/null || sleep 1
  until sshd_pid "$1" "$sshd" >/dev/null; do
    tries=$((tries + 1))
    [ $tries -le 10 ] || return 1
    sleep 1
  done
}

# What is not running reads its files once it starts.
sshd_runs() {
  name=$(planned service | cut -d ' ' -f 2)
  case $(planned service) in
    systemd\ *) systemctl is-active --quiet "$name" ;;
    pidfile\ *) sshd_pid "$name" "$sshd" >/dev/null ;;
    *) false ;;
  esac
}

reload_sshd() {
  name=$(planned service | cut -d ' ' -f 2)
  case $(planned service) in
    *.socket) ;; # every connection starts a sshd that reads the new file
    systemd\ *)
      bounded systemctl reload "$name" 2>&1 || return 1
      pid_file=$(ask server 2>/dev/null | sed -n 's/^pidfile //p')
      [ "${pid_file:-none}" = none ] || wait_for_sshd "$pid_file" || { echo "sshd did not come back" && return 1; }
      systemctl is-active --quiet "$name" || { echo "$name is no longer active" && return 1; }
      ;;
    pidfile\ *)
      pid=$(sshd_pid "$name" "$sshd") || { echo "no sshd runs under $name" && return 1; }
      kill -HUP "$pid"
      wait_for_sshd "$name" || { echo "sshd did not come back under $name" && return 1; }
      ;;
    *) echo "how sshd is reloaded here is not known" && return 1 ;;
  esac
}

