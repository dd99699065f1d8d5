# Carries out the plan on stdin, as a whole or not at all. What became of it is told on stdout, with exit status 0
# also where the plan failed: a failing resource would make the engine give up on the other hosts.

answer() { # status cause
  printf 'ssh-keepalive-result 1\nstatus %s\n' "$1"
  [ -z "${2:-}" ] || printf 'cause %s\n' "$2"
}

result() { # status cause
  answer "$@"
  # After a failure a config may be anything, also what OpenSSH would wait for.
  [ "$1" = failed ] || for asked in $(asked_parts); do
    ask "$asked" 2>/dev/null | grep -E "$KEEPALIVE" | while read -r value; do printf 'effective %s %s\n' "$asked" "$value"; done
  done
  echo end
  exit 0
}

unwritable() {
  if [ -d "$journal" ]; then echo "$journal is a directory; move it away"; else echo "$journal can't be written: is its disk full or read-only?"; fi
}

# Gives up before anything is begun. The engine tries again only what differs from this plan: the next one does, as it has
# in its fingerprint which plan was refused. Where that can't be noted the resource has to fail.
refuse() { # cause
  # Nor may the old resource be deleted where this one is to take its place.
  [ -z "$recreated" ] || { echo "$1" >&2 && exit 1; }
  { rm -f "$refusal" && (set -C && echo "$id" >"$refusal"); } 2>/dev/null || { echo "$1" >&2 && exit 1; }
  result failed "$1"
}

# Puts back what was there, tells the journal and gives up.
fail() {
  put_back >"$work/trouble"
  cause=$1$(cat "$work/trouble")
  [ -z "$reloaded" ] || said=$(bring_back) || cause="$cause; and sshd did not reload after that: $said"
  [ -z "$armed" ] || if [ -s "$work/trouble" ]; then cause=$cause$(disarm_but_keep); else disarm; fi
  cause=$(printf '%s' "$cause" | one_line)
  write_journal failed "$cause" || { echo "$cause; and $journal can't be written" >&2 && exit 1; }
  result failed "$cause"
}

splice_file() { # file → the new content
  at=0
  awk -v number="$number" '$1 == "file" { n++; on = (n == number); next } $1 == "expect" || $1 == "former" || $1 == "config" || $1 == "end" { on = 0 } on' "$work/plan" | {
    while IFS= read -r line; do
      case $line in
        +*) printf '%s\n' "${line#+}" ;;
        splice\ *)
          at_and_length=${line#splice }
          offset=${at_and_length% *}
          tail -c "+$((at + 1))" "$1" | head -c $((offset - at))
          at=$((offset + ${at_and_length#* }))
          ;;
      esac
    done
    tail -c "+$((at + 1))" "$1"
  }
}

# Of the selected file what is there and what is to be there.
put_together() {
  old=$work/$number.old
  take "$old" || { echo "$path can't be read: $(cat "$work/said")" && return; }
  [ "$(hash_of "$old")" = "$before" ] || { echo "$path was changed since it was read; run it again" && return; }
  [ "$after" != - ] || return 0
  [ -f "$old" ] && from=$old || from=/dev/null
  splice_file "$from" >"$work/$number.new"
  [ "$(hash_of "$work/$number.new")" = "$after" ] || echo "$path could not be put together as planned"
}

# The config of a part as it is to be, before it is: a file that OpenSSH can be asked about. sshd reads our drop-ins
# first; of a client's it is not known here what is read before them, and they are tried once they are in place.
tree_to_be() { # part
  main=$(main_of "$1")
  includes=
  for number in $changed; do
    select_file "$number"
    [ "$part" = "$1" ] && [ -f "$work/$number.new" ] || continue
    [ "$path" != "$main" ] || { main=$(on_file candidate) && continue; }
    [ "$1" != server ] || includes="$includes $(on_file candidate)"
  done
  if [ -n "$includes" ]; then
    for one in $includes "$main"; do printf 'Include %s\n' "$one"; done >"$work/tree"
    main=$work/tree
  fi
  printf '%s\n' "$main"
}

# What OpenSSH says of a part with the staged files in the place of those that are there.
try_to_be() { # part
  main=$(main_of "$1")
  to_be=$(tree_to_be "$1")
  [ "$to_be" != "$main" ] || return 0
  ask "$1" "$to_be" >"$work/to-be" 2>"$work/said" || fail "OpenSSH rejects the new $main: $(cat "$work/said")"
  # A user's ssh is asked about that user's file alone, which may not be there yet.
  [ "$1" = server ] || { on_main_exists "$1" "$main" || main=/dev/null; }
  ask "$1" "$main" >"$work/as-is" 2>/dev/null
  said=$(check "$1" "$work/to-be" "$work/as-is" "with the new $(main_of "$1")")
  [ -z "$said" ] || fail "$said"
}

# Of what sshd is about to read, what is not as planned: nobody has tried whether that lets anybody in.
surprises() {
  planned file | sed -n 's/^server \([^ ]*\) [^ ]* \(.*\)/\2 \1/p' >"$work/own-sources"
  planned source >"$work/sources"
  while read -r hash source; do
    [ "$(hash_of "$source")" = "$hash" ] || printf '%s was changed\n' "$source"
  done <"$work/own-sources"
  own=$(server_files)
  while read -r hash source; do
    [ "$(hash_of "$source")" = "$hash" ] || is_listed "$source" "$own" || printf '%s was changed\n' "$source"
  done <"$work/sources"
  planned include | (
    IFS=
    while read -r pattern; do
      for one in $pattern; do
        ! [ -e "$one" ] || cut -d ' ' -f 2- "$work/sources" | grep -qxF -e "$one" || is_listed "$one" "$own" || printf '%s was added\n' "$one"
      done
    done
  )
}

is_carried_out() { [ "$(journaled state)" = applied ] && [ "$(journaled plan)" = "$id" ]; }

# Ends the run where there is nothing to carry out, or where it may not be.
look_first() {
  [ "$(tail -n 1 "$work/plan")" = end ] || { echo "the plan did not arrive whole; run it again" >&2 && exit 1; }
  ! grep -qx nothing "$work/plan" || result unchanged
  [ "$(this_machine)" = "$(planned machine)" ] || { echo "another machine answers here than the one that was read; run it again" >&2 && exit 1; }
  # Created anew while it holds the host already: it may replace a resource that is deleted later in the same run.
  [ "$operation" != create ] || [ "$(holder)" != "$(planned owner) $(planned resource)" ] || recreated=yes
  # Where nothing is done nothing is written, not even a lock.
  [ -n "$recreated" ] || ! is_carried_out || result unchanged
  take_lock || refuse "$journal.lock can't be had: $(one_line <"$work/said")"
  if is_carried_out; then
    # Only who keeps the connection is noted, so that the delete of what is replaced knows itself.
    transaction=$(journaled transaction)
    write_journal applied || { unwritable >&2 && exit 1; }
    result unchanged
  fi
  [ -z "$(journaled owner)" ] || [ "$(journaled state)" = undone ] || [ "$(journaled owner)" = "$(planned owner)" ] || [ "$(planned takeOver)" = yes ] ||
    refuse "$(holder) has taken this host meanwhile"
  count_transaction
  # It says what others had made of our lines.
  if [ "$(journaled state)" = undone ]; then
    mv "$journal" "$journal.saved.$transaction" || refuse "$(unwritable)"
    next_transaction
  fi
  mended=$(mend)
  [ -z "$mended" ] || refuse "$(echo "$mended" | one_line)"
}

apply() {
  look_first
  list_files
  changed=
  for number in $all; do
    select_file "$number"
    said=$(put_together 2>&1)
    [ -z "$said" ] || fail "$said"
    same "$work/$number.old" "$work/$number.new" || changed="$changed $number"
  done
  # A run that was cut off or failed may have left sshd with the former file in force.
  needs_reload=
  # So may one that was to tell sshd nothing.
  if is_open || [ "$(journaled state)" = failed ] || [ -n "$(journaled_document activation | grep -x none)" ]; then needs_reload=$(asked_parts | grep -x server); fi
  ! is_among server $changed || needs_reload=yes
  [ "$(planned activation)" != none ] || reads_at_login || needs_reload=
  if [ -n "$changed$needs_reload" ]; then
    armed=yes
    arm || fail "nothing was changed, as it could not be undone by itself: $(one_line <"$work/said")"
  fi
  for number in $changed; do
    select_file "$number"
    [ ! -f "$work/$number.new" ] || stage "$work/$number.new" || fail "$path can't be changed: $(cat "$work/said")"
  done
  for asked in $(asked_parts); do
    ask "$asked" >"$work/before.$asked" 2>/dev/null
    ! is_among "$asked" $changed || try_to_be "$asked"
  done
  [ -z "$needs_reload" ] || ! greets || greeted=yes

  [ -z "$armed" ] || write_journal applying || fail "$(unwritable)"
  for number in $changed; do
    select_file "$number"
    carry_out || fail "$path can't be replaced: $(cat "$work/said")"
  done
  for asked in $(asked_parts); do
    ask "$asked" >"$work/now.$asked" 2>"$work/said" || fail "OpenSSH rejects the new files: $(cat "$work/said")"
    said=$(check "$asked" "$work/now.$asked" "$work/before.$asked" "after the change")
    [ -z "$said" ] || fail "$said"
  done
  if [ -n "$needs_reload" ]; then
    said=$(surprises)
    [ -z "$said" ] || fail "$(echo "$said" | head -n 1) since sshd's files were read, and a reload would bring it into force; run it again"
    reloaded=yes
    said=$(reload_sshd) || fail "sshd did not reload: $said"
  fi
  if [ -n "$needs_reload" ] && [ "$(planned local)" != yes ]; then
    write_journal unconfirmed || fail "$(unwritable)"
    pass_lock "$(cat "$kept/watching")"
    result unconfirmed
  fi
  write_journal applied || fail "$(unwritable)"
  disarm
  result changed
}

