# What every script on a host starts with. POSIX sh: dash, busybox and ksh run it.
set -u
umask 077
LC_ALL=C
export LC_ALL
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin

have() { command -v "$1" >/dev/null 2>&1; }

# Nothing on the far side may hang a run: the command plugin has no timeout of its own.
bounded() {
  if have timeout; then timeout 30 "$@"; else "$@"; fi
}

# Which machine this is, so that a plan made for one is never carried out on another.
machine_id() {
  for file in /etc/machine-id /var/lib/dbus/machine-id; do
    [ -s "$file" ] && cat "$file" && return
  done
  uname -n
}

# The file a path stands for: a symbolic link is kept and its target edited.
real_path() {
  if [ -L "$1" ]; then readlink -f "$1"; else printf '%s\n' "$1"; fi
}

sshd_pid() {
  [ -s "$1" ] || return 1
  read -r pid <"$1" || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  kill -0 "$pid" 2>/dev/null && printf '%s\n' "$pid"
}
