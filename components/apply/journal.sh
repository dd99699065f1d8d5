# What the host keeps of a run, and who keeps the connection over which it was made.
journal=$(planned journal)
id=$(sha256_of "$work/plan")

# Which plan was refused last.
refusal=$journal.refused

journaled() { [ ! -f "$journal" ] || sed -n "/^document\$/q; s/^$1 //p" "$journal"; }

journaled_document() { [ ! -f "$journal" ] || sed -n "1,/^document\$/d; s/^$1 //p" "$journal"; }

holder() { printf '%s %s' "$(journaled owner)" "$(journaled resource)"; }

# Whether a run that changes something has not been ended there, by whomever.
is_open() { case $(journaled state) in applying | unconfirmed | undoing) true ;; *) false ;; esac; }

count_transaction() {
  transaction=$(journaled transaction)
  case $transaction in '' | *[!0-9]* | 0?*) transaction=0 ;; esac
  next_transaction
}

# It starts anew with every journal, and what was put aside stays.
next_transaction() {
  transaction=$((transaction + 1))
  while [ -e "$journal.saved.$transaction" ]; do transaction=$((transaction + 1)); done
}

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
  [ $# -eq 2 ] && [ "$2" = "$(started "$1")" ]
}

replace_journal() { # its new content
  rm -f "$refusal"
  # Made anew: settings may have put it where others can leave a link.
  rm -f "$journal.$$" && (set -C && cat "$1" >"$journal.$$") && flush "$journal.$$" && mv -f "$journal.$$" "$journal" && flush "$(dirname "$journal")"
}

# Until a change is ended a file or a session may have either value of ours, and both are known.
earlier_values() {
  [ ! -f "$journal" ] || sed -n '/^former /p; /^expect /p' "$journal" | sort -u | grep -vxF -f "$work/values"
}

# After the fresh login. All else stays, who keeps the connection of the run among it.
settle_journal() {
  awk '/^document$/ { below = 1 } below || !/^(former|expect) / { if (!below && $1 == "state") print "state applied"; else print }' "$journal" >"$work/journal" &&
    replace_journal "$work/journal"
}

write_journal() { # state cause
  # To busybox no pattern at all takes every line out.
  { planned_line former && planned_line expect && echo end; } >"$work/values"
  [ ! -d "$journal" ] && mkdir -p "$(dirname "$journal")" &&
    {
      printf 'ssh-keepalive-journal 1\ntransaction %s\nstate %s\n' "$transaction" "$1"
      [ -z "${2:-}" ] || printf 'cause %s\n' "$2"
      printf 'plan %s\n' "$id"
      [ -z "$recreated" ] || keeper
      [ "$1" = applied ] || [ "$1" = undone ] || earlier_values
      [ "$1" != undone ] || cat "$work/conflicts"
      grep -E '^(owner|resource) ' "$work/plan"
      printf 'document\n'
      cat "$work/plan"
    } >"$work/journal" && replace_journal "$work/journal"
}
