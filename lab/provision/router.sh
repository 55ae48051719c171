#!/bin/sh
# Makes a router of a machine that has frr: its configuration, its login, its daemons started.
# Runs in a virtual machine and in a namespace of the lab alike.
# Environment: NAME, ASN, LOOPBACK (address), NETWORK (prefix to announce), LINKS (words of
# interface,address/length,neighbour,neighbour's AS), and account.sh's LOGIN and LOGIN_KEY.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
here=$(dirname "$0")
daemons="zebra staticd bgpd ospfd"

link_interfaces() {
  for link in $LINKS; do
    IFS=, read -r interface address _ <<END
$link
END
    printf 'interface %s\n description link to a neighbour\n ip address %s\n' "$interface" "$address"
    printf ' ip ospf area 0\n ip ospf network point-to-point\n'
    printf ' ip ospf hello-interval 1\n ip ospf dead-interval 20\n'
    printf ' ip ospf retransmit-interval 1\nexit\n!\n'
  done
}

bgp_neighbours() {
  for link in $LINKS; do
    IFS=, read -r _ _ neighbour asn <<END
$link
END
    printf ' neighbor %s remote-as %s\n neighbor %s timers 3 60\n' "$neighbour" "$asn" "$neighbour"
    printf ' neighbor %s timers connect 1\n' "$neighbour"
  done
}

configuration() {
  cat <<END
frr defaults traditional
hostname $NAME
log syslog informational
service integrated-vtysh-config
!
ip route $NETWORK Null0
!
interface lo
 ip address $LOOPBACK/32
 ip ospf area 0
exit
!
$(link_interfaces)
!
router bgp $ASN
 bgp router-id $LOOPBACK
 no bgp ebgp-requires-policy
$(bgp_neighbours)
 !
 address-family ipv4 unicast
  network $NETWORK
 exit-address-family
exit
!
router ospf
 ospf router-id $LOOPBACK
exit
!
END
}

echo 'net.ipv4.ip_forward = 1' >/etc/sysctl.d/50-router.conf
echo 1 >/proc/sys/net/ipv4/ip_forward
configuration >/etc/frr/frr.conf
printf 'service integrated-vtysh-config\n' >/etc/frr/vtysh.conf
for daemon in bgpd ospfd; do
  sed -i "s/^$daemon=.*/$daemon=yes/" /etc/frr/daemons
done
# `write memory` by a person keeps the file by renaming: the folder must let the group do that.
chown -R frr:frr /etc/frr
chmod 2775 /etc/frr
chown frr:frrvty /etc/frr/vtysh.conf
chmod 660 /etc/frr/frr.conf /etc/frr/vtysh.conf
export LOGIN_SHELL=/usr/bin/vtysh
LOGIN_GROUPS=frr,frrvty sh "$here/account.sh"
# Who has a shell there, for what must go on after a session: a router's login shell is vtysh.
LOGIN=netops-shell LOGIN_SHELL=/bin/sh LOGIN_GROUPS=frr,frrvty sh "$here/account.sh"
# Who may configure but not save: in frr's daemons' group, not in the one that owns the file.
LOGIN=trainee LOGIN_GROUPS=frrvty sh "$here/account.sh"

if [ -d /run/systemd/system ]; then
  systemctl enable --quiet frr
  systemctl restart frr
else
  install -d -m 755 -o frr -g frr /run/frr /var/log/frr
  for daemon in $daemons; do
    "/usr/lib/frr/$daemon" --daemon -A 127.0.0.1
  done
  vtysh -b >/dev/null
fi
