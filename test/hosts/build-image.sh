#!/bin/sh
# build-image.sh SUITE MIRROR IMAGE: makes IMAGE, the root directory of a Debian that boots fast as a test host.
# images.ts runs it under a lock of its own and in namespaces of its own, and names IMAGE after a hash of this file.
set -eu
suite=$1 mirror=$2 image=$3 partial=$3.partial

[ ! -d "$image" ] || exit 0 # another run built it while this one waited for the lock
rm -rf "$partial"
case $suite in
  bullseye) doas=doas ;;
  *) doas=opendoas ;;
esac
packages=systemd,systemd-sysv,dbus,openssh-server,iproute2,procps
# What users become root with, and the login shells that they may have.
packages=$packages,sudo,$doas,fish,tcsh,zsh
debootstrap --variant=minbase --include="$packages" "$suite" "$partial" "$mirror"

chroot "$partial" /bin/sh -eu <<'SETUP'
# Nobody looks at a console, and a timer's job would run in the middle of a test.
systemctl mask --quiet console-getty.service getty.target apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
  e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-networkd-wait-online.service
systemctl set-default --quiet multi-user.target
mkdir -p /var/log/journal # so that the count of logins survives a reboot

useradd --create-home --shell /bin/bash --uid 1000 deploy
echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy
chmod 440 /etc/sudoers.d/deploy
install -d -m 700 /root/.ssh
install -d -m 700 -o deploy -g deploy /home/deploy/.ssh

# Every host gets its own.
rm -f /etc/ssh/ssh_host_* /etc/machine-id
ln -sf /etc/machine-id /var/lib/dbus/machine-id

apt-get clean
SETUP

# Only a whole image may get the final name, also when the power fails.
sync --file-system "$partial"
mv "$partial" "$image"
