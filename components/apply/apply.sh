# Carries out the plan on stdin, as a whole or not at all. What became of it is told on stdout, with exit status 0
# also where the plan failed: a failing resource would make the engine give up on the other hosts.

result() { # status cause
  printf 'ssh-keepalive-result 1\nstatus %s\n' "$1"
  [ -z "${2:-}" ] || printf 'cause %s\n' "$2"
  planned file | while read -r role path _; do keepalive_of "$role" "$path" | sed "s/^/effective $role /"; done
  echo end
  exit 0
}

# Puts back what was there, tells the journal and gives up.
fail() {
  cause=$(printf '%s' "$1" | one_line)
  for role in $renamed; do
    real=$(cat "$work/$role.path")
    cmp -s "$real" "$work/$role.new" || { cause="$cause; and $real was changed meanwhile, so it stays" && continue; }
    { stage "$real" "$work/$role.old" && mv -f "$staged" "$real"; } || cause="$cause; and $real could not be put back"
  done
  case " $renamed " in
    *' server '*) reload_sshd >/dev/null || cause="$cause; and sshd did not reload after that" ;;
  esac
  write_journal failed "$cause" || { echo "$cause; and $journal can't be written" >&2 && exit 1; }
  result failed "$cause"
}

# All that OpenSSH reports but what the plan is about.
rest_of() { effective_of "$1" "$2" 2>/dev/null | grep -vE '^(client|server)alive(interval|countmax) ' | sort; }

check_expected() { # role file when
  keepalive_of "$1" "$2" >"$work/effective"
  planned "expect $1" | while read -r expected; do
    grep -qx "$expected" "$work/effective" || { echo "$3 $expected is not in force" && break; }
  done
}

splice_file() { # role file → the new content
  at=0
  awk -v role="$1" '$1 == "file" { on = ($2 == role); next } $1 == "expect" || $1 == "end" { on = 0 } on' "$work/plan" | {
    while IFS= read -r line; do
      case $line in
        +*) printf '%s\n' "${line#+}" ;;
        splice\ *)
          at_and_length=${line#splice }
          offset=${at_and_length% *}
          tail -c "+$((at + 1))" "$2" | head -c $((offset - at))
          at=$((offset + ${at_and_length#* }))
          ;;
      esac
    done
    tail -c "+$((at + 1))" "$2"
  }
}

put_together() { # role path hash-before hash-after
  real=$(real_path "$2")
  [ "$(sha256_of "$real")" = "$3" ] || { echo "$2 was changed since it was read; run it again" && return; }
  splice_file "$1" "$real" >"$work/$1.new"
  [ "$(sha256_of "$work/$1.new")" = "$4" ] || { echo "$2 could not be put together as planned" && return; }
  cat "$real" >"$work/$1.old" && printf '%s\n' "$real" >"$work/$1.path" || echo "$2 can't be read"
}

renamed=
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

planned file | while read -r role path before after; do put_together "$role" "$path" "$before" "$after"; done >"$work/refused" 2>&1
[ ! -s "$work/refused" ] || fail "$(cat "$work/refused")"

roles=$(planned file | cut -d ' ' -f 1)
changed=
# A run that was cut off may have left sshd with the former file in force.
cut_off=
[ "$(journaled state)" != applying ] || cut_off=$(printf '%s\n' "$roles" | grep -x server)
for role in $roles; do
  real=$(cat "$work/$role.path")
  ! cmp -s "$work/$role.old" "$work/$role.new" || continue
  stage "$real" "$work/$role.new" 2>"$work/refused" || fail "$real can't be changed: $(cat "$work/refused")"
  said=$(effective_of "$role" "$staged" 2>&1 >/dev/null) || fail "OpenSSH rejects the new $real: $said"
  [ "$(rest_of "$role" "$real")" = "$(rest_of "$role" "$staged")" ] || fail "the new $real would change other settings as well"
  said=$(check_expected "$role" "$staged" "with the new $real")
  [ -z "$said" ] || fail "$said"
  changed="$changed $role"
done

write_journal applying || fail "$journal can't be written: is its disk full or read-only?"
for role in $changed; do
  real=$(cat "$work/$role.path")
  cmp -s "$real" "$work/$role.old" || fail "$real was changed meanwhile; run it again"
  mv -f "$real.ssh-keepalive-$$" "$real" || fail "$real can't be replaced"
  renamed="$renamed $role"
done
case " $changed $cut_off " in
  *' server '*) said=$(reload_sshd) || fail "sshd did not reload: $said" ;;
esac
for role in $roles; do
  said=$(check_expected "$role" "$(cat "$work/$role.path")" "after the change")
  [ -z "$said" ] || fail "$said"
done
write_journal applied || fail "$journal can't be written: is its disk full or read-only?"
result changed
