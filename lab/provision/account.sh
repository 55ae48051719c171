#!/bin/sh
# Makes the account that Trimtab signs in with, by key only. Safe to run again.
# Environment: LOGIN, LOGIN_KEY (public key, one line), LOGIN_SHELL, LOGIN_GROUPS (may be empty).
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

if ! id "$LOGIN" >/dev/null 2>&1; then
  # "*" is a password that never matches; "!" would lock the account for keys too.
  useradd --create-home --password '*' --shell "$LOGIN_SHELL" "$LOGIN"
fi
if [ -n "${LOGIN_GROUPS:-}" ]; then
  usermod --append --groups "$LOGIN_GROUPS" "$LOGIN"
fi
home=$(getent passwd "$LOGIN" | cut -d: -f6)
install -d -m 700 -o "$LOGIN" "$home/.ssh"
printf '%s\n' "$LOGIN_KEY" >"$home/.ssh/authorized_keys"
chown "$LOGIN" "$home/.ssh/authorized_keys"
chmod 600 "$home/.ssh/authorized_keys"
