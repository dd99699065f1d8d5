# The first line on stdin is the password; what follows is the root side's own input. The password is only ever in this
# shell's memory and on its way through a pipe or a terminal.
unset password
IFS= read -r password
say() { case $(command -v printf) in /*) print -r -- "$1" ;; *) printf '%s\n' "$1" ;; esac }
box=$(mktemp -d) || exit
trap 'rm -rf "$box"' EXIT
trap 'exit 1' HUP INT TERM
