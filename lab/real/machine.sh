#!/bin/sh
# The first process of one machine of the lab, already in namespaces of its own (mount, UTS, IPC,
# network, process). Its disk is this host's root seen through an overlay in memory: nothing that
# happens in the machine touches the host. It lives as long as its standard input is open: when
# whoever made it dies, however that is, the kernel ends everything in here.
# Arguments: the machine's folder (keys, public_key and host_key) and the folder of the provisioning.
# Environment: NAME, ADDRESS (with length), ROLE (router or server), and what ROLE.sh asks for.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
exec 3>&1 1>&2 # what is said goes to the maker, everything else to the log
folder=$1 provision=$2
tree=$folder/disk/tree

say() { printf '%s\n' "$1" >&3; }

hostname "$NAME"
mount -t tmpfs -o mode=755,size=512m machine "$folder/disk"
mkdir "$folder/disk/upper" "$folder/disk/work" "$tree"
mount -t overlay -o "lowerdir=/,upperdir=$folder/disk/upper,workdir=$folder/disk/work" \
  machine "$tree"
for place in dev run tmp; do
  mount -t tmpfs -o mode=755 machine "$tree/$place"
done
chmod 1777 "$tree/tmp"
# The homes are the machine's own: what this host's people keep in theirs is none of its business.
mount -t tmpfs -o mode=700 machine "$tree/root"
mount -t tmpfs -o mode=755 machine "$tree/home"
mkdir "$tree/dev/pts" "$tree/dev/shm" "$tree/run/sshd" "$tree/run/provision"
for node in null zero full random urandom tty; do
  : >"$tree/dev/$node"
  mount --bind "/dev/$node" "$tree/dev/$node"
done
mount -t devpts -o newinstance,mode=620,ptmxmode=666 machine "$tree/dev/pts"
ln -s pts/ptmx "$tree/dev/ptmx"
ln -s /proc/self/fd "$tree/dev/fd"
mount -t proc proc "$tree/proc"
mount -t sysfs -o ro sysfs "$tree/sys"
# Kernel parameters belong to the host, but for those of the machine's own network.
mount --bind "$tree/proc/sys" "$tree/proc/sys"
mount -o remount,bind,ro "$tree/proc/sys"
mount --bind "$tree/proc/sys/net" "$tree/proc/sys/net"
mount -o remount,bind,rw "$tree/proc/sys/net"
if [ -e "$tree/proc/sysrq-trigger" ]; then mount --bind /dev/null "$tree/proc/sysrq-trigger"; fi

cp "$provision"/*.sh "$tree/run/provision/"
printf '%s\n' "$NAME" >"$tree/etc/hostname"
printf '127.0.0.1 localhost\n%s %s\n' "${ADDRESS%/*}" "$NAME" >"$tree/etc/hosts"
rm -f "$tree"/etc/ssh/ssh_host_*
mkdir -p "$tree/etc/ssh"
install -m 600 "$folder/host_key" "$tree/etc/ssh/ssh_host_ed25519_key"
cat >"$tree/etc/ssh/sshd_config" <<END
Include /etc/ssh/sshd_config.d/*.conf
HostKey /etc/ssh/ssh_host_ed25519_key
ListenAddress ${ADDRESS%/*}
PidFile /run/sshd.pid
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp
END
rm -rf "$tree/etc/ssh/sshd_config.d" "$tree/run/systemd"

say wired?
read -r go
[ "$go" = wired ]
ip link set lo up
ip address add "$ADDRESS" dev eth0
ip -o link | sed -n 's/^[0-9]*: \(eth[0-9]*\)@.*/\1/p' | while read -r interface; do
  ip link set "$interface" up
done
# What a lab needs of root, without what reaches through to the host's kernel and clock.
confine="setpriv --bounding-set=-sys_module,-sys_rawio,-sys_time,-mknod,-sys_ptrace"
$confine chroot "$tree" sh "/run/provision/$ROLE.sh"
$confine chroot "$tree" /usr/sbin/sshd
# It goes to the background before it listens, and writes its number after.
until [ -s "$tree/run/sshd.pid" ]; do sleep 0.05; done
say up
cat >/dev/null
