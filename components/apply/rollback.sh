# What undoes a change by itself. Before the first file changes, all that is needed for it is put beside the journal, and a
# process of its own is started that outlives the connection: it goes back as soon as the run is no more without having
# ended, or when nobody has confirmed within the time that the plan gives.
kept=$journal.transaction

# Starts the process that watches, and waits until it does.
arm() {
  ! sshd_runs || : >"$work/ran"
  {
    rm -rf "$kept" && mkdir "$kept" && cp "$work/plan" "$work"/*.file "$kept" || return 1
    for number in $changed; do
      for copy in "$work/$number.old" "$work/$number.new"; do [ ! -f "$copy" ] || cp "$copy" "$kept" || return 1; done
    done
    [ ! -f "$work/ran" ] || cp "$work/ran" "$kept" || return 1
    echo "$changed" >"$kept/changed" && echo "$work" >"$kept/scratch" && signature $$ >"$kept/armed" && echo "$$" >"$kept/run" &&
      printf 'operation=watch\n%s\n' "$keepalive_script" >"$kept/watch" && flush "$kept"/* "$kept"
  } 2>"$work/said" || return 1
  start_watch
  tries=0
  until [ -s "$kept/watching" ]; do
    tries=$((tries + 1))
    [ $tries -le 50 ] || { echo "nothing could be started that watches over it" >"$work/said" && return 1; }
    sleep 0.1 2>/dev/null || sleep 1
  done
}

start_watch() {
  set -- /bin/sh "$kept/watch" "$kept"
  # Else the end of the login can take it along.
  if [ -d /run/systemd/system ] && have systemd-run; then
    bounded systemd-run --quiet --unit="ssh-keepalive-rollback-$$" --description="goes back unless a fresh login confirms" "$@" </dev/null >/dev/null 2>&1 &&
      return
  fi
  if have setsid; then setsid "$@"; else nohup "$@"; fi </dev/null >/dev/null 2>&1 &
}

# All is well, or all is as it was: nothing is left to go back to.
disarm() {
  rm -f "$kept/armed"
  rm -rf "$kept"
}

# What could not be put back is not lost.
disarm_but_keep() {
  rm -f "$kept/armed"
  mv "$kept" "$journal.saved.$transaction" && printf '; what was there is in %s' "$journal.saved.$transaction"
}

# Cut off while it is written in place a file is the beginning of what it was to be, or to be again.
half_written() {
  [ -f "$work/now" ] && on_file in-place &&
    ! same "$work/now" "$work/$number.new" && ! same "$work/now" "$work/$number.old" &&
    { is_start_of "$work/$number.new" || is_start_of "$work/$number.old"; }
}

is_start_of() { [ -f "$1" ] && head -c "$(wc -c <"$work/now")" "$1" | cmp -s - "$work/now"; }

# A power cut ends whoever watched as well. What was renamed into place is whole, and the next plan says what becomes of
# it; what was half written is put back. Says which file that was, and whether it is.
mend() {
  [ -f "$kept/changed" ] || return 0
  run=$(cat "$kept/run")
  for number in $(cat "$kept/changed"); do
    cp "$kept/$number.file" "$work/mended.file"
    for copy in old new; do
      rm -f "$work/mended.$copy"
      [ ! -f "$kept/$number.$copy" ] || cp "$kept/$number.$copy" "$work/mended.$copy"
    done
    select_file mended
    discard_candidate
    take "$work/now" || continue
    half_written || continue
    if stage "$work/mended.old" && commit "$work/mended.new"; then
      echo "$path was half written when the host lost its power; it is as it was before; run it again"
    else
      echo "$path is half written since the host lost its power and can't be put back ($(cat "$work/said")); what was there is in $kept; mend that and run it again"
    fi
  done
}

# Longer than any run takes whose commands all come to their end.
LONGEST_RUN=600

# A later run may have armed another one at the same place.
is_armed() { [ "$(cat "$work/armed" 2>/dev/null)" = "$by" ]; }

# Who confirms still writes the journal then; but may be cut off in that.
await_confirmation() {
  seconds=30
  while [ -e "$work/confirmed" ] && [ $seconds -gt 0 ]; do
    sleep 1
    seconds=$((seconds - 1))
  done
}

watch() {
  changed=$(cat "$work/changed")
  run=$(cat "$work/run")
  by=$(cat "$work/armed")
  signature $$ >"$work/watching.new" && mv "$work/watching.new" "$work/watching"
  seconds=0
  while is_armed && signs_a_living_one "$by"; do
    sleep 1
    seconds=$((seconds + 1))
    [ $seconds -lt $LONGEST_RUN ] || kill -KILL "$run" 2>/dev/null
  done
  is_armed || exit 0
  rm -rf "$(cat "$work/scratch")"
  cause="the run was cut off half-way, so it went back by itself"
  if [ "$(journaled state)" = unconfirmed ]; then
    seconds=$(planned confirmTimeout)
    cause="no fresh login confirmed it within $seconds s, so it went back by itself"
    mine=$(signature $$)
    # Counted by itself, as somebody may set the clock.
    while [ "$seconds" -gt 0 ]; do
      is_armed || { await_confirmation && free_lock && exit 0; }
      sleep 1
      seconds=$((seconds - 1))
    done
  fi
  LOCK_PATIENCE=0
  until { is_armed || exit 0; } && take_lock; do sleep 1; done
  if is_open && [ "$(journaled plan)" = "$id" ]; then
    ! mv "$work/armed" "$work/expired" 2>/dev/null || go_back
  elif is_armed; then
    # It was ended before it changed anything.
    for number in $changed; do select_file "$number" && discard_candidate; done
    disarm
  fi
  free_lock
  exit 0
}

go_back() {
  count_transaction
  for number in $changed; do
    select_file "$number"
    discard_candidate
    take "$work/now" || continue
    same "$work/now" "$work/$number.old" || committed="$number $committed"
  done
  put_back >"$work/trouble"
  cause="$cause$(cat "$work/trouble")"
  if is_among server $changed && [ "$(planned activation)" != none ]; then
    said=$(bring_back) || cause="$cause; and sshd did not reload after that: $said"
  fi
  [ ! -s "$work/trouble" ] || cause="$cause; what was there is in $journal.saved.$transaction"
  write_journal failed "$(printf '%s' "$cause" | one_line)"
  if [ -s "$work/trouble" ]; then disarm_but_keep >/dev/null; else disarm; fi
}
