#!/bin/sh
# Makes a Linux server with files worth watching, and the login that Trimtab uses there.
# Runs in a virtual machine and in a namespace of the lab alike.
# Environment: NAME, and account.sh's LOGIN and LOGIN_KEY.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
here=$(dirname "$0")

printf '%s\n' "$NAME: access for authorised persons only; what you do here is recorded." >/etc/motd
install -d -m 755 /etc/ssh/sshd_config.d
cat >/etc/ssh/sshd_config.d/50-hardening.conf <<'END'
PermitRootLogin prohibit-password
PasswordAuthentication no
X11Forwarding no
MaxAuthTries 3
END
LOGIN_SHELL=/bin/sh LOGIN_GROUPS='' sh "$here/account.sh"

if [ -d /run/systemd/system ]; then
  systemctl reload ssh
fi
