# What sshd makes, by its files as they are now, of the login over which it is asked, and of one that comes from nowhere, as
# the one that is tried over a session does. On stdin is a `key value` a line.
while read -r key value; do
  case $key in
    sshd) sshd=$value ;;
    config) config=$value ;;
    user) user=$value ;;
    from) from=$value ;;
    at) at=$value ;;
    port) port=$value ;;
  esac
done
says() { # from at port
  bounded "$sshd" -T -f "$config" -C "user=$user,host=$1,addr=$1,laddr=$2,lport=$3"
}
here=$(says "$from" "$at" "$port") && nowhere=$(says UNKNOWN UNKNOWN 65535) || exit
printf 'here\n%s\nnowhere\n%s\n' "$here" "$nowhere"
# One that was started with a port of its own keeps it.
pid_file=$(printf '%s\n' "$here" | sed -n 's/^pidfile //p')
! running=$(sshd_pid "$pid_file" "$sshd") ||
  ! tr '\0 ' '\n\n' <"/proc/$running/cmdline" | grep -qiE '^-p|^(-o)?(port|listenaddress)(=|$)' || echo fixed
