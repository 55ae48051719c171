#!/bin/sh
# Installs the packages given as arguments in a virtual machine with Debian. Safe to run again.
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@" >/dev/null
