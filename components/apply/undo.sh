# Takes what is ours out of the files that the plan on stdin names, and forgets the journal: lines of OpenSSH's configs by
# their markers, values of saved sessions by what was there before. Everybody else's lines stay as they are now. A failure
# is told by the exit status: a destroy must not look done.

give_up() {
  [ -z "$armed" ] || disarm
  printf '%s' "$1" | one_line >&2
  exit 1
}

# What others have made of our lines goes with them, as their markers say, and is not lost.
note_conflicts() {
  while read -r from to; do tail -c "+$((from + 1))" "$old" | head -c $((to - from)); done <"$work/ranges" |
    grep -iE '^[[:space:]]*(client|server)alive(interval|countmax)[[:space:]=]' >"$work/removed"
  { planned_of expect "$part" && { [ ! -f "$journal" ] || planned_of expect "$part" "$journal"; }; } | sort -u >"$work/expected"
  while IFS= read -r theirs; do
    printf '%s\n' "$theirs" | tr 'A-Z=\t\r' 'a-z   ' | awk '{ print $1, $2 }' | grep -qxF -f - "$work/expected" ||
      note_conflict "$theirs" "$(tr '\n' ',' <"$work/expected" | sed 's/,$//; s/,/, /g')" "it is gone"
  done <"$work/removed"
}

note_conflict() { # theirs ours what-became-of-theirs
  printf 'conflict %s has "%s" where we had "%s"; %s\n' "$path" "$1" "$2" "$3" | one_line >>"$work/conflicts"
  echo >>"$work/conflicts"
}

# A saved session that has other values than ours is that user's own.
note_other_values() {
  same "$old" "$new" && grep -q "^former $path " "$work/plan" || return 0
  theirs=$(grep -aE '^PingInterval(Secs)?=' "$old" | tr '\n\r' '  ')
  ours=$(planned former | awk 'BEGIN { path = ARGV[1]; ARGV[1] = "" } $1 == path { printf "%s%s=%s", (n++ ? " " : ""), $2, $3 }' "$path")
  [ -z "$theirs" ] || note_conflict "$theirs" "$ours" "it stays"
}

# The selected file without us; none where it goes with us.
make_new() {
  old=$work/$number.old
  new=$work/$number.new
  case $part in
    putty:*)
      with_former_values "$old" "$path" >"$new"
      note_other_values
      [ -s "$new" ] || rm -f "$new"
      ;;
    *)
      without_own_lines "$old" >"$new" || return 1
      note_conflicts
      [ -s "$new" ] || ! grep -q '^# >>> ssh-keepalive .*; file created' "$old" || rm -f "$new"
      ;;
  esac
}

# Images of machines may have another's journal in them.
is_elsewhere() {
  case $(journaled_document machine) in '' | "$(planned machine)" | "$(this_machine)") return 1 ;; esac
}

# What it says is done as root.
is_journal_of_others() {
  [ -e "$journal" ] || return 1
  set -- $(ls -ldnL "$journal")
  case $1:$4 in ????????w* | ?????w*:[!0]*) return 0 ;; esac
  [ "$3" != 0 ] && [ "$3" != "$(id -u)" ]
}

# The host may have done more than the stack knows of: what it keeps of that is undone as well.
add_what_is_kept() {
  [ -f "$journal" ] && ! is_elsewhere || return 0
  sed '1,/^document$/d' "$journal" >"$work/document"
  {
    sed '$d' "$work/plan"
    sed -n '/^former /p' "$journal" | sort -u | grep -vxF -f "$work/plan"
    awk 'FNR == NR { if ($1 == "file") known[$3]; next } $1 == "file" && !($3 in known)' "$work/plan" "$work/document"
    awk 'FNR == NR { if ($1 == "config") known[$2]; next } $1 == "config" && !($2 in known)' "$work/plan" "$work/document"
    echo end
  } >"$work/whole" && mv "$work/whole" "$work/plan"
}

# Somebody may have renamed or copied what is ours, among what sshd reads.
add_strays() {
  known=$(server_files)
  planned include | (
    IFS=
    while read -r pattern; do
      for one in $pattern; do
        case $one in *[!!-~]*) continue ;; esac
        [ -f "$one" ] && grep -q '^# >>> ssh-keepalive server ' "$one" && ! is_listed "$one" "$known" || continue
        printf 'file server %s x x\n' "$one"
        known="$known
$(readlink -f "$one")"
      done
    done
  ) >"$work/strays"
  { sed '$d' "$work/plan" && cat "$work/strays" && echo end; } >"$work/whole" && mv "$work/whole" "$work/plan"
}

# Whether a user's part was taken out before, so that what that user puts there now keeps nobody from undoing the rest.
is_undone_already() {
  case $part in *:*) ;; *) return 1 ;; esac
  [ "$(journaled state)" = applied ] && [ -z "$(planned_of expect "$part")" ] && ! grep -q "^former $path " "$work/plan"
}

# Ends the run where there is nothing to undo, or where it is not this one's to undo.
look_before_undo() {
  [ "$(tail -n 1 "$work/plan")" = end ] || give_up "the plan did not arrive whole; run it again"
  ! grep -qx nothing "$work/plan" || exit 0
  take_lock || give_up "$journal.lock can't be had: $(cat "$work/said")"
  ! is_journal_of_others || give_up "$journal could have been written by others; see that nobody but root can write it (chown root, chmod 600)"
  count_transaction
  # What a damaged one says of its holder nobody knows.
  [ -z "$(journaled owner)" ] || is_elsewhere || [ "$(holder)" = "$(planned owner) $(planned resource)" ] ||
    { echo "$(holder) holds this host now; nothing was undone" && exit 0; }
  # The new resource of a replacement is created before the old one is deleted.
  if keeper_lives; then
    { sed '1,/^document$/{ /^keeper /d; }' "$journal" >"$work/journal" && replace_journal "$work/journal"; } || give_up "$(unwritable)"
    echo "the same run has just applied this host's plan, so this is a replacement; nothing was undone"
    exit 0
  fi
  mended=$(mend)
  [ -z "$mended" ] || give_up "$mended"
}

on_another_machine() {
  [ "$(planned local)" != yes ] ||
    give_up "this is another machine than the one that was configured; run it there, or take the host out of the state (pulumi state delete)"
  for number in $all; do
    select_file "$number"
    rm -f "$work/there"
    ! take "$work/there" || ! grep -q '^# >>> ssh-keepalive ' "$work/there" 2>/dev/null ||
      give_up "another machine answers here now, and $path has lines of ours; run up first, so that it is known, or take them out by hand"
  done
  echo "another machine answers here now; it has nothing to undo"
  exit 0
}

undo() {
  look_before_undo
  add_what_is_kept
  add_strays
  id=$(sha256_of "$work/plan")
  list_files
  [ "$(this_machine)" = "$(planned machine)" ] || on_another_machine

  changed=
  for number in $all; do
    select_file "$number"
    case $part in *:*) [ -n "$(passwd_of "${part#*:}")" ] || continue ;; esac
    { take "$work/$number.old" && { [ ! -f "$work/$number.old" ] || make_new; }; } || { is_undone_already && continue; } ||
      give_up "$path can't be read: $(cat "$work/said")"
    ! same "$work/$number.old" "$work/$number.new" || continue
    changed="$changed $number"
  done
  if [ -n "$changed" ]; then take_out; fi
  if [ -f "$work/conflicts" ]; then
    write_journal undone || give_up "$(unwritable)"
    echo "others had changed what is ours; both sides are kept in $journal:" && cat "$work/conflicts"
    return
  fi
  rm -f "$journal" "$refusal" || give_up "$journal can't be removed"
  free_lock
  rmdir "$(dirname "$journal")" 2>/dev/null || :
}

# From the first file on a run that is cut off is put back by whoever watches.
take_out() {
  of_server=
  ! is_among server $changed || [ ! -x "$sshd" ] || of_server=yes
  [ -z "$of_server" ] || ! greets || greeted=yes
  armed=yes
  arm || give_up "nothing was undone, as that could not be put back by itself: $(cat "$work/said")"
  for number in $changed; do
    select_file "$number"
    [ -f "$work/$number.new" ] || continue
    stage "$work/$number.new" || give_up "$path can't be changed: $(cat "$work/said")"
    if [ -n "$of_server" ] && [ "$path" = "$(main_of server)" ]; then
      said=$(bounded "$sshd" -t -f "$(on_file candidate)" 2>&1) || give_up "without our lines sshd rejects $path, so they stay: $said"
    fi
  done
  write_journal undoing || give_up "$(unwritable)"
  for number in $changed; do
    select_file "$number"
    carry_out || { said=$(cat "$work/said") && stays "$path can't be replaced: $said" "$(put_back)"; }
  done
  if [ -n "$of_server" ]; then
    said=$(bounded "$sshd" -t -f "$(main_of server)" 2>&1) || stays "without our lines sshd rejects its files, so they are back: $said" "$(put_back)"
    if [ "$(planned activation)" = none ]; then
      echo "sshd was not told, as activation is none"
    elif sshd_runs; then
      said=$(reload_sshd) || {
        left=$(put_back)
        bring_back >/dev/null
        stays "sshd did not reload without our lines, so they are back: $said" "$left"
      }
    else
      echo "sshd does not run, so there was nothing to reload"
    fi
  fi
  disarm
}

stays() { # cause what-could-not-be-put-back
  cause=$1$2
  [ -z "$2" ] || { cause=$cause$(disarm_but_keep) && armed=; }
  write_journal failed "$(printf '%s' "$cause" | one_line)"
  give_up "$cause"
}
