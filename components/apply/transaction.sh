# What all operations share: the plan, a folder for what is made of it, and how commands run with whose rights.
# A user may not be allowed to see the folder in which root's shell starts.
cd /
recreated=
reloaded=
armed=
staged=
if [ "$operation" = watch ]; then
  work=$1
else
  work=$(mktemp -d) || { echo "no temporary directory can be made: is /tmp full or read-only?" >&2 && exit 1; }
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  cat >"$work/plan" || { echo "the plan can't be kept in $work: is /tmp full?" >&2 && exit 1; }
fi
clean_up() {
  for number in $staged; do select_file "$number" && discard_candidate; done
  [ -z "${mine:-}" ] || free_lock
  rm -rf "$work"
}

planned() { sed -n "s/^$1 //p" "$work/plan"; }
planned_line() { sed -n "/^$1 /p" "$work/plan"; }

# What the lines of a kind say of a part, in the plan or another file. As an argument a user's name is taken as it is.
planned_of() { # kind part [file]
  awk 'BEGIN { kind = ARGV[1]; part = ARGV[2]; ARGV[1] = ARGV[2] = "" }
    $1 == kind && $2 == part { sub(/^[^ ]+ [^ ]+ /, ""); print }' "$1" "$2" "${3:-$work/plan}"
}

sha256_of() {
  if have sha256sum; then sha256sum <"$1"; elif have shasum; then shasum -a 256 <"$1"; else openssl dgst -sha256 -r <"$1"; fi |
    cut -d ' ' -f 1
}

this_machine() {
  printf '%s\n' "$(machine_id | head -n 1)" >"$work/machine"
  sha256_of "$work/machine"
}

# Not every busybox knows [:print:].
# Nor must the engine take a host's words for one of its colours.
one_line() { tr -c '\040-\176' ' ' | sed 's/<{%/<(%/g' | head -c 400; }

# Runs a text of ours with the rights of whom a part is. What a user's processes say goes to files of this call alone: a
# pipe would wait for any process that they leave behind, and none of these may write a later call's answer.
run_for() { # part text arguments…
  whose=$1
  text=$2
  shift 2
  case $whose in
    *:*)
      { answer=$(mktemp "$work/answer.XXXXXX") && complaint=$(mktemp "$work/answer.XXXXXX"); } || return 1
      (ulimit -f 4096 2>/dev/null; as_user "${whose#*:}" "$text" sh "$@") >"$answer" 2>"$complaint"
      ended=$?
      cat "$answer"
      head -c 400 "$complaint" >&2
      return $ended
      ;;
    *) (eval "$text") ;;
  esac
}

# Start time of a process, which tells it from a later one of the same number.
started() { process "$1" | cut -d ' ' -f 2; }

# Parent, start time and name of a process; of one that has ended nothing, though its parent may not have taken note.
process() { # pid
  if [ -r "/proc/$1/stat" ]; then
    awk '{ name = $0; sub(/\).*/, "", name); sub(/.*\(/, "", name); sub(/.*\) /, ""); if ($1 != "Z") print $2, $20, name }' "/proc/$1/stat"
  else
    ps -o stat= -o ppid= -o lstart= -o comm= -p "$1" | awk '$1 !~ /^Z/ { sub(/.*\//, "", $8); print $2, $3 $4 $5 $6 $7, $8 }'
  fi
} 2>/dev/null
