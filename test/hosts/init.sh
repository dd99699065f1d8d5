#!/bin/sh
# init.sh CGROUP_ROOT COMMAND...: PID 1 of an isolated run. Makes a bridge for the hosts and a key for their users in
# the namespaces that isolation.ts has just made, and runs COMMAND there.
set -eu
cgroup_root=$1
shift

# All that the run and systemd-nspawn keep goes to a /run of its own, which the kernel drops with this mount namespace.
mount -t tmpfs -o mode=755 ssh-keepalive /run
# The hosts' systemd needs the unified hierarchy, also where the machine mounts the old ones beside it. A new mount of
# it would reset the options of the machine's own one.
[ "$cgroup_root" = /sys/fs/cgroup ] || mount --bind "$cgroup_root" /sys/fs/cgroup

mkdir -p /run/ssh-keepalive/hosts
ssh-keygen -q -t ed25519 -N '' -C ssh-keepalive-test -f /run/ssh-keepalive/key

ip link set lo up
ip link add hosts type bridge
ip link set hosts address 02:00:00:00:00:01 up
ip address add 10.99.0.1/24 dev hosts

# No exec: as PID 1 this shell reaps the orphans of whatever COMMAND starts.
"$@"
