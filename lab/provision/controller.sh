#!/bin/sh
# Sets Trimtab up in a virtual machine, from the checkout in /vagrant, for the account vagrant.
# Environment: DEVICES (words of hostname,platform,address,login). Expects /home/vagrant/lab.key.
set -eu
home=/home/vagrant
files='{""files"": [""/etc/motd"", ""/etc/ssh/sshd_config.d/50-hardening.conf""]}'

devices() {
  echo 'hostname,site,platform,address,credential,options'
  for device in $DEVICES; do
    IFS=, read -r name platform address login <<END
$device
END
    options='{}'
    if [ "$platform" = linux ]; then options=$files; fi
    printf '%s,lab,%s,%s,%s,"%s"\n' "$name" "$platform" "$address" "$login" "$options"
  done
}

chown vagrant:vagrant "$home/lab.key"
chmod 600 "$home/lab.key"
devices >"$home/devices.csv"
chown vagrant:vagrant "$home/devices.csv"
su - vagrant -c 'make --no-print-directory -C /vagrant set-up'
if ! grep -q /vagrant/.venv/bin "$home/.profile"; then
  echo 'PATH=/vagrant/.venv/bin:$PATH' >>"$home/.profile"
fi
echo 'Trimtab is set up: vagrant ssh controller, then docs/lab.md.'
