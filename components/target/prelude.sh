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

# The sshd that a pid file names. What such a file says may be long past, and the number another program's by now.
sshd_pid() { # pid-file sshd
  [ -s "$1" ] || return 1
  read -r pid <"$1" || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  name=$(cat "/proc/$pid/comm" 2>/dev/null || ps -o comm= -p "$pid" 2>/dev/null)
  case ${name##*/} in sshd* | "${2##*/}") printf '%s\n' "$pid" ;; *) return 1 ;; esac
}

# The line of a user in the system's list of users.
passwd_of() { # user
  if have getent; then getent passwd "$1"; else awk -F: -v user="$1" '$1 == user' /etc/passwd; fi
}

# Runs a text of ours with the rights of that user alone: of root's it has stdin, stdout and stderr, and no terminal.
as_user() { # user script arguments…
  user=$1
  home=$(passwd_of "$user" | cut -d : -f 6)
  shift
  set -- env -i "PATH=$PATH" "HOME=$home" "USER=$user" "LOGNAME=$user" LC_ALL=C /bin/sh -c "$@"
  ! have setsid || set -- setsid "$@"
  if [ "$(id -un)" = "$user" ]; then
    bounded "$@"
  elif have runuser; then
    bounded runuser -u "$user" -- "$@"
  elif have setpriv; then
    bounded setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
  else
    bounded su -s /bin/sh "$user" -c 'exec "$@"' sh "$@"
  fi
}

# Only what is on the disk outlives a power cut.
flush() { sync "$@" 2>/dev/null || sync; }
