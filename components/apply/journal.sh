# What the host keeps of a run, and who keeps the connection over which it was made.
journaled() { [ ! -f "$journal" ] || sed -n "/^document\$/q; s/^$1 //p" "$journal"; }

holder() { printf '%s %s' "$(journaled owner)" "$(journaled resource)"; }

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
  # Made anew: settings may have put it where others can leave a link.
  rm -f "$journal.$$" && (set -C && cat "$1" >"$journal.$$") && { sync "$journal.$$" 2>/dev/null || sync; } && mv -f "$journal.$$" "$journal"
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

journal=$(planned journal)
id=$(sha256_of "$work/plan")
transaction=$(journaled transaction)
case $transaction in '' | *[!0-9]*) transaction=0 ;; esac
transaction=$((transaction + 1))
