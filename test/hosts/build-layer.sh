#!/bin/sh
# build-layer.sh INIT MIRROR IMAGE LAYER: makes LAYER, whose `upper` laid over the image beside it is a Debian with another
# INIT. Run as build-image.sh is, and named likewise.
set -eu
init=$1 mirror=$2 image=$3 layer=$(basename "$4") partial=$(basename "$4").partial
case $init in
  sysvinit) packages=sysvinit-core ;;
  openrc) packages='sysvinit-core openrc' ;;
  runit) packages=runit-init ;;
esac

# The names are relative because the folder's path may hold characters that mean something to mount.
cd "$(dirname "$4")"
[ ! -d "$layer" ] || exit 0 # another run built it while this one waited for the lock
rm -rf "$partial"
mkdir "$partial" "$partial/upper" "$partial/work" "$partial/root"
mount -t overlay -o "lowerdir=$image,upperdir=$partial/upper,workdir=$partial/work" overlay "$partial/root"
root=$PWD/$partial/root
mount -t proc proc "$root/proc"
# shellcheck disable=SC2086
set -- install --yes --no-install-recommends --allow-remove-essential $packages

# The machine's apt fetches, because it knows its way: proxies, certificates, names.
fetch() { apt-get -o Acquire::Retries=3 -o Dir="$root" -o Dir::State::status="$root/var/lib/dpkg/status" "$@"; }
sed "s|^deb [^ ]* |deb $mirror |" "$image/etc/apt/sources.list" >"$root/etc/apt/sources.list"
if ! fetch --download-only "$@"; then
  # The image came with lists, but newer ones are needed.
  fetch update
  fetch --download-only "$@"
fi

# In there is no folder of the caller's, and packages make temporary files as they are installed.
unset TMPDIR
# No service may start here.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$root" apt-get --no-download "$@"
rm "$root/usr/sbin/policy-rc.d"
chroot "$root" apt-get clean

# Nobody looks at a console.
[ "$init" = runit ] || sed -i '/getty/d' "$root/etc/inittab"
rm -f "$root"/etc/runit/runsvdir/default/getty-*

umount "$root/proc" "$root"
rm -r "$partial/work" "$partial/root"
# Only a whole layer may get the final name, also when the power fails.
sync --file-system "$partial"
mv "$partial" "$layer"
