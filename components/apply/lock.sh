# One run at a time on a host: a link that says who is at work, made in one step. Who is no more has left it behind.
lock=$journal.lock
LOCK_PATIENCE=30

boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo -; }

signature() { printf '%s,%s,%s' "$1" "$(started "$1")" "$(boot_id)"; } # pid

signs_a_living_one() { # signature
  pid=${1%%,*}
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$1" = "$(signature "$pid")" ]
}

# Takes a lock away from one who is no more; the folder keeps two from doing so at once.
break_lock() { # signature
  mkdir "$lock.break" 2>/dev/null || {
    # Who made it may be no more, either.
    [ -z "$(find "$lock.break" -prune -mmin +1 2>/dev/null)" ] || rmdir "$lock.break"
    return 1
  }
  [ "$(readlink "$lock")" != "$1" ] || rm -f "$lock"
  rmdir "$lock.break"
}

# Of a run that is no more, whoever watches over it goes back first.
is_watched() { [ "$operation" != watch ] && [ -e "$kept/armed" ] && signs_a_living_one "$(cat "$kept/watching" 2>/dev/null)"; }

made_folder_of_journal=
take_lock() {
  folder=$(dirname "$journal")
  if [ ! -d "$folder" ]; then
    mkdir -p "$folder" 2>"$work/said" || return 1
    made_folder_of_journal=$folder
  fi
  mine=$(signature $$)
  tries=0
  vanished=0
  until ln -s "$mine" "$lock" 2>"$work/said"; do
    other=$(readlink "$lock") || {
      # Freed in between.
      [ ! -e "$lock" ] && [ $vanished -lt 5 ] && vanished=$((vanished + 1)) && continue
      return 1
    }
    [ "$other" != "$mine" ] || return 0
    signs_a_living_one "$other" || is_watched || { break_lock "$other" && continue; }
    tries=$((tries + 1))
    if [ $tries -gt $LOCK_PATIENCE ]; then
      echo "another run is at work here or waits for its confirmation (process ${other%%,*}); run it again when that is done" >"$work/said"
      return 1
    fi
    sleep 1
  done
}

# Makes it another's, who is there to free it.
pass_lock() { # signature
  ln -s "$1" "$lock.$$" && mv -f "$lock.$$" "$lock"
}

free_lock() {
  [ "$(readlink "$lock")" != "$mine" ] || rm -f "$lock"
  [ -z "$made_folder_of_journal" ] || rmdir "$made_folder_of_journal" 2>/dev/null || :
}
