# What apply.sh and undo.sh share: the plan on stdin, the journal, candidates beside the files, and telling sshd.
work=$(mktemp -d) || { echo "no temporary directory can be made: is /tmp full or read-only?" >&2 && exit 1; }
clean_up() {
  if [ -f "$work/candidates" ]; then
    while IFS= read -r left; do rm -f "$left"; done <"$work/candidates"
  fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

cat >"$work/plan"

planned() { sed -n "s/^$1 //p" "$work/plan"; }

journaled() { [ ! -f "$journal" ] || sed -n "/^document\$/q; s/^$1 //p" "$journal"; }

holder() { printf '%s %s' "$(journaled owner)" "$(journaled resource)"; }

sha256_of() {
  if have sha256sum; then sha256sum <"$1"; elif have shasum; then shasum -a 256 <"$1"; else openssl dgst -sha256 -r <"$1"; fi |
    cut -d ' ' -f 1
}

this_machine() {
  printf '%s\n' "$(machine_id | head -n 1)" >"$work/machine"
  sha256_of "$work/machine"
}

# Not every busybox knows [:print:].
# Nor must the engine take a host's words for one of its colours.
one_line() { tr -c '\040-\176' ' ' | sed 's/<{%/<(%/g' | head -c 400; }

# A copy beside the file, so that its mode, owner and labels are kept and a rename is all it takes.
stage() { # file content
  staged=$1.ssh-keepalive-$$
  printf '%s\n' "$staged" >>"$work/candidates"
  cp -a "$1" "$staged" && cat "$2" >"$staged"
}

# Parent, start time and name of a process.
process() { # pid
  if [ -r "/proc/$1/stat" ]; then
    awk '{ name = $0; sub(/\).*/, "", name); sub(/.*\(/, "", name); sub(/.*\) /, ""); print $2, $20, name }' "/proc/$1/stat"
  else
    ps -o ppid= -o lstart= -o comm= -p "$1" | awk '{ sub(/.*\//, "", $7); print $1, $2 $3 $4 $5 $6, $7 }'
  fi
} 2>/dev/null

# The process that keeps this connection: sshd's session or, without SSH, the command plugin, which keeps every
# connection until the engine's run ends. While it lives it is the same run.
keeper() {
  above=$$
  while
    set -- $(process "$above")
    case ${3:-} in *sh | ksh93 | busybox | sudo | doas | script | timeout) true ;; *) false ;; esac
  do above=$1; done
  [ "${1:-0}" -eq 0 ] || [ "$above" -eq 1 ] || printf 'keeper %s %s\n' "$above" "$2"
}

keeper_lives() {
  set -- $(journaled keeper)
  [ $# -eq 2 ] && lives=$(process "$1") && set -- "$2" $lives && [ "$1" = "${3:-}" ]
}

replace_journal() { # its new content
  cat "$1" >"$journal.$$" && { sync "$journal.$$" 2>/dev/null || sync; } && mv -f "$journal.$$" "$journal"
}

write_journal() { # state cause
  [ ! -d "$journal" ] && mkdir -p "$(dirname "$journal")" &&
    {
      printf 'ssh-keepalive-journal 1\ntransaction %s\nstate %s\n' "$transaction" "$1"
      [ -z "${2:-}" ] || printf 'cause %s\n' "$2"
      printf 'plan %s\n' "$id"
      [ -z "$recreated" ] || keeper
      grep -E '^(owner|resource) ' "$work/plan"
      printf 'document\n'
      cat "$work/plan"
    } >"$work/journal" && replace_journal "$work/journal"
}

effective_of() { # role file
  case $1 in
    server) bounded "$(planned sshd)" -T -f "$2" ;;
    client) bounded "$(planned ssh)" -G -F "$2" ssh-keepalive.invalid ;;
  esac
}

keepalive_of() { effective_of "$1" "$2" 2>/dev/null | grep -E '^(client|server)alive(interval|countmax) '; }

# After a SIGHUP sshd takes its pid file away, starts anew and writes it once it listens.
wait_for_sshd() { # pid-file
  tries=0
  sleep 0.3 2>/dev/null || sleep 1
  until sshd_pid "$1" >/dev/null; do
    tries=$((tries + 1))
    [ $tries -le 10 ] || return 1
    sleep 1
  done
}

reload_sshd() {
  name=$(planned service | cut -d ' ' -f 2)
  case $(planned service) in
    *.socket) ;; # every connection starts a sshd that reads the new file
    systemd\ *)
      bounded systemctl reload "$name" 2>&1 || return 1
      pid_file=$(effective_of server "$sshd_config" 2>/dev/null | sed -n 's/^pidfile //p')
      [ "${pid_file:-none}" = none ] || wait_for_sshd "$pid_file" || { echo "sshd did not come back" && return 1; }
      systemctl is-active --quiet "$name" || { echo "$name is no longer active" && return 1; }
      ;;
    pidfile\ *)
      pid=$(sshd_pid "$name") || { echo "no sshd runs under $name" && return 1; }
      kill -HUP "$pid"
      wait_for_sshd "$name" || { echo "sshd did not come back under $name" && return 1; }
      ;;
    *) echo "how sshd is reloaded here is not known" && return 1 ;;
  esac
}

journal=$(planned journal)
sshd_config=$(sed -n 's/^file server \([^ ]*\) .*/\1/p' "$work/plan")
id=$(sha256_of "$work/plan")
transaction=$(journaled transaction)
case $transaction in '' | *[!0-9]*) transaction=0 ;; esac
transaction=$((transaction + 1))
