# Carries out the plan on stdin, as a whole or not at all. What became of it is told on stdout, with exit status 0
# also where the plan failed: a failing resource would make the engine give up on the other hosts.

result() { # status cause
  printf 'ssh-keepalive-result 1\nstatus %s\n' "$1"
  [ -z "${2:-}" ] || printf 'cause %s\n' "$2"
  # After a failure a config may be anything, also what OpenSSH would wait for.
  [ "$1" = failed ] || for asked in $(asked_parts); do
    ask "$asked" 2>/dev/null | grep -E "$KEEPALIVE" | while read -r value; do printf 'effective %s %s\n' "$asked" "$value"; done
  done
  echo end
  exit 0
}

# Puts back what was there, tells the journal and gives up.
fail() {
  put_back >"$work/trouble"
  cause=$(printf '%s%s' "$1" "$(cat "$work/trouble")" | one_line)
  [ -z "$reloaded" ] || reload_sshd >/dev/null || cause="$cause; and sshd did not reload after that"
  write_journal failed "$cause" || { echo "$cause; and $journal can't be written" >&2 && exit 1; }
  result failed "$cause"
}

# Says what is wrong with an answer of OpenSSH's: a value that is not as planned, or another one that changed.
check() { # part answer answer-before with-what
  [ "$(rest "$2")" = "$(rest "$3")" ] || { echo "$4 other settings would change as well" && return; }
  planned_of expect "$1" | while read -r expected; do
    grep -qx "$expected" "$2" || { echo "$4 $expected is not in force" && break; }
  done
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

reloaded=
# Created anew while it holds the host already: it may replace a resource that is deleted later in the same run.
[ "$operation" = create ] && [ "$(holder)" = "$(planned owner) $(planned resource)" ] && recreated=yes || recreated=
[ "$(tail -n 1 "$work/plan")" = end ] || { echo "the plan did not arrive whole; run it again" >&2 && exit 1; }
! grep -qx nothing "$work/plan" || result unchanged
[ "$(this_machine)" = "$(planned machine)" ] || result failed "another machine answers here than the one that was read; run it again"
if [ "$(journaled state)" = applied ] && [ "$(journaled plan)" = "$id" ]; then
  [ -n "$recreated" ] || result unchanged
  # Only who keeps the connection is noted, so that the delete of what is replaced knows itself.
  transaction=$((transaction - 1))
  write_journal applied || { echo "$journal can't be written: is its disk full or read-only?" >&2 && exit 1; }
  result unchanged
fi
[ -z "$(journaled owner)" ] || [ "$(journaled owner)" = "$(planned owner)" ] || [ "$(planned takeOver)" = yes ] ||
  result failed "$(holder) has taken this host meanwhile"

changed=
for number in $all; do
  select_file "$number"
  said=$(put_together 2>&1)
  [ -z "$said" ] || fail "$said"
  same "$work/$number.old" "$work/$number.new" || changed="$changed $number"
done
# A run that was cut off may have left sshd with the former file in force.
needs_reload=
[ "$(journaled state)" != applying ] || needs_reload=$(asked_parts | grep -x server)
for number in $changed; do
  select_file "$number"
  [ "$part" != server ] || needs_reload=yes
  [ ! -f "$work/$number.new" ] || stage "$work/$number.new" || fail "$path can't be changed: $(cat "$work/said")"
done
for asked in $(asked_parts); do
  ask "$asked" >"$work/before.$asked" 2>/dev/null
  is_among "$asked" $changed || continue
  main=$(main_of "$asked")
  to_be=$(tree_to_be "$asked")
  [ "$to_be" != "$main" ] || continue
  ask "$asked" "$to_be" >"$work/to-be" 2>"$work/said" || fail "OpenSSH rejects the new $main: $(cat "$work/said")"
  # A user's ssh is asked about that user's file alone, which may not be there yet.
  [ "$asked" = server ] || { on_main_exists "$asked" "$main" || main=/dev/null; }
  ask "$asked" "$main" >"$work/as-is" 2>/dev/null
  said=$(check "$asked" "$work/to-be" "$work/as-is" "with the new $(main_of "$asked")")
  [ -z "$said" ] || fail "$said"
done

write_journal applying || fail "$journal can't be written: is its disk full or read-only?"
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
  reloaded=yes
  said=$(reload_sshd) || fail "sshd did not reload: $said"
fi
write_journal applied || fail "$journal can't be written: is its disk full or read-only?"
result changed
