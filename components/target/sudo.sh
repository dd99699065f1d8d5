# Runs "$1" by sudo -A, which asks for the password by running a program with the prompt as its argument: /bin/sh with the
# prompt as its script, so that it works where nothing in /tmp may be executed. To be asked again means that the password
# is wrong. Then sudo is ended: each further try would count, and three lock an account.
mkfifo "$box/password" && cat >"$box/ask" <<'ASK' || exit
mkdir "$0.once" 2>/dev/null && exec cat "${0%/*}/password"
echo 'sudo: incorrect password' >&2
kill -KILL $PPID
ASK
say "$password" >"$box/password" &
# Where nobody asked, that one still waits.
trap 'kill -KILL $! 2>/dev/null; rm -rf "$box"' EXIT
SUDO_ASKPASS=/bin/sh sudo -A -p "$box/ask" -- /bin/sh -c "$1"
