# Runs "$1" by doas, which takes its password from a terminal only. script makes that terminal, and nothing but the prompt
# and its answer go over it. The answer is typed once there is a prompt: from then on the terminal does not echo, and what
# was typed earlier doas throws away.
script --version 2>/dev/null | grep -q util-linux || { echo 'doas: no script of util-linux' >&2 && exit 1; }
mkfifo "$box/shows" || exit
root=$1
SHELL=/bin/sh
export root SHELL
exec 3<&0 4>&1 5>&2
{
  exec 6<"$box/shows"
  head -c 1 <&6 >/dev/null && say "$password"
  cat <&6 >/dev/null
} | script -qec 'exec doas -- /bin/sh -c "$root" <&3 >&4 2>&5' /dev/null >"$box/shows"
