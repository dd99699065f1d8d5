# Takes our lines out of the files that the plan on stdin names, by their markers, and forgets the journal.
# Everybody else's lines stay as they are now. A failure is told by the exit status: a destroy must not look done.

give_up() {
  printf '%s' "$1" | one_line >&2
  exit 1
}

# Start and end of our lines, in bytes; findOwnLines in plan/blocks.ts finds the same.
own_ranges() {
  awk -v size="$(wc -c <"$1")" '
    BEGIN { at = 0 }
    function ours(line) { return tolower(line) ~ /^[ \t]*(client|server)alive(interval|countmax)[ \t=]/ }
    function keyword(line) { sub(/^[ \t]+/, "", line); sub(/[ \t=].*/, "", line); return tolower(line) }
    function host_all(line) { return line ~ /^[ \t]*Host \*[ \t]*$/ }
    { start[NR] = at; at += length($0) + 1; sub(/\r$/, ""); text[NR] = $0 }
    /^# >>> ssh-keepalive / { kind[NR] = "begin" }
    /^# <<< ssh-keepalive / { kind[NR] = "end" }
    END {
      # Not every awk counts past a NUL byte; the last line may lack its newline.
      if (at != size && at != size + 1) exit 1
      start[NR + 1] = at
      for (n = 1; n <= NR; n++) {
        if (kind[n] == "end") print start[n], start[n + 1]
        if (kind[n] != "begin") continue
        for (last = n + 1; last <= NR && kind[last] == ""; last++);
        closed = (last <= NR && kind[last] == "end")
        if (!closed) {
          split("", seen)
          first = last = n + 1 + host_all(text[n + 1])
          while (last <= NR && ours(text[last]) && !(keyword(text[last]) in seen)) seen[keyword(text[last++])] = 1
          if (last == first) last = n + 1
        }
        foreign = 0
        for (i = n + 1; i < last; i++) if (!ours(text[i]) && !host_all(text[i])) foreign = 1
        ends_file = (last > NR || (closed && last == NR))
        from = start[n]
        if (ends_file && !foreign && n > 1 && text[n] ~ /; newline added before/) from--
        print from, start[n + 1]
        for (i = n + 1; i < last; i++) if (ours(text[i]) || (host_all(text[i]) && !foreign)) print start[i], start[i + 1]
      }
    }
  ' "$1"
}

without_own_lines() {
  own_ranges "$1" >"$work/ranges" || return 1
  at=0
  while read -r from to; do
    [ "$from" -le "$at" ] || tail -c "+$((at + 1))" "$1" | head -c $((from - at))
    at=$to
  done <"$work/ranges"
  tail -c "+$((at + 1))" "$1"
}

[ "$(tail -n 1 "$work/plan")" = end ] || give_up "the plan did not arrive whole; run it again"
! grep -qx nothing "$work/plan" || exit 0
[ ! -f "$journal" ] || [ "$(holder)" = "$(planned owner) $(planned resource)" ] ||
  { echo "$(holder) holds this host now; nothing was undone" && exit 0; }
# The new resource of a replacement is created before the old one is deleted.
if keeper_lives; then
  { sed '1,/^document$/{ /^keeper /d; }' "$journal" >"$work/journal" && replace_journal "$work/journal"; } ||
    give_up "$journal can't be written: is its disk full or read-only?"
  echo "the same run has just applied this host's plan, so this is a replacement; nothing was undone"
  exit 0
fi
planned file >"$work/files"
if [ "$(this_machine)" != "$(planned machine)" ]; then
  while read -r role path _; do
    ! grep -q '^# >>> ssh-keepalive ' "$path" 2>/dev/null ||
      give_up "another machine answers here now, and $path has lines of ours; run up first, so that it is known, or take them out by hand"
  done <"$work/files"
  echo "another machine answers here now; it has nothing to undo"
  exit 0
fi

changed=
while read -r role path _; do
  real=$(real_path "$path")
  [ -f "$real" ] || continue
  { cat "$real" >"$work/$role.old" && without_own_lines "$real" >"$work/$role.new"; } || give_up "$real can't be read"
  ! cmp -s "$work/$role.old" "$work/$role.new" || continue
  stage "$real" "$work/$role.new" 2>"$work/refused" || give_up "$real can't be changed: $(cat "$work/refused")"
  if [ "$role" = server ]; then
    said=$(bounded "$(planned sshd)" -t -f "$staged" 2>&1) || give_up "without our lines sshd rejects $real, so they stay: $said"
  fi
  changed="$changed $role"
done <"$work/files"

while read -r role path _; do
  case " $changed " in *" $role "*) ;; *) continue ;; esac
  real=$(real_path "$path")
  mv -f "$real.ssh-keepalive-$$" "$real" || give_up "$real can't be replaced"
  [ "$role" = client ] || said=$(reload_sshd) || {
    stage "$real" "$work/$role.old" && mv -f "$staged" "$real" && reload_sshd >/dev/null
    give_up "sshd did not reload without our lines, so they are back: $said"
  }
done <"$work/files"
rm -f "$journal" || give_up "$journal can't be removed"
rmdir "$(dirname "$journal")" 2>/dev/null || :
