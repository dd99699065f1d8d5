# Another run may have armed another way back meanwhile.
waits_for_this() { [ "$(journaled state)" = unconfirmed ] && [ "$(journaled plan)" = "$id" ] && cmp -s "$work/plan" "$kept/plan"; }

# The fresh login from outside: whoever watches finds that there is nothing to go back from.
confirm() {
  # One that was cut off in the middle of this has left it half done.
  if waits_for_this && { mv "$kept/armed" "$kept/confirmed" 2>/dev/null || [ -e "$kept/confirmed" ]; }; then
    settle_journal || { echo "$journal can't be written: is its disk full or read-only?" >&2 && exit 1; }
    # At once, for the next run.
    mine=$(cat "$kept/watching") && rm -rf "$kept" && free_lock
  elif [ "$(journaled plan)" != "$id" ]; then
    result failed "another run has changed this host meanwhile; run it again"
  elif is_open; then
    result failed "the confirmation came too late, and it goes back by itself; give it more time (confirmTimeout)"
  elif [ "$(journaled state)" != applied ]; then
    result failed "$(journaled cause)"
  fi
  answer changed
  echo end
}
