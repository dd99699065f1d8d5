# What OpenSSH says of the parts that the plan asks about.
sshd=$(planned sshd)
ssh=$(planned ssh)
asker=$(planned asker)

asked_parts() { planned config | cut -d ' ' -f 1; }
main_of() { planned_of config "$1" | cut -d ' ' -f 1; }
probe_of() { planned_of config "$1" | cut -d ' ' -f 2; }

# Of a file in the place of the part's own or, without one, of what is in force, to which a user's client has more files.
ask() { # part [file]
  case $1 in
    server) ask_sshd "${2:-$(main_of server)}" ;;
    client) ask_client "${2:-$(main_of client)}" "$(probe_of client)" ;;
    *) run_for "$1" 'exec "$@"' "$ssh" -G ${2:+-F "$2"} -- "$(probe_of "$1")" ;;
  esac
}

# As the host was read: see read.sh.
ask_sshd() { # file
  bounded "$sshd" -T -f "$1" 2>"$work/asked" && return
  grep -q "'lport' not in connection" "$work/asked" || { cat "$work/asked" >&2 && return 1; }
  bounded "$sshd" -T -f "$1" -C lport=65535
}

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

# Says what is wrong with an answer of OpenSSH's: a value that is not as planned, or another one that changed.
check() { # part answer answer-before with-what
  [ "$(rest "$2")" = "$(rest "$3")" ] || { echo "$4 other settings would change as well" && return; }
  planned_of expect "$1" | while read -r expected; do
    grep -qx "$expected" "$2" || { echo "$4 $expected is not in force" && break; }
  done
}
