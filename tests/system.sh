#!/bin/sh
# Sees that chromium, firefox and a Java runtime are there; installs Debian's where it may.
set -eu
wanted=""
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
command -v firefox-esr >/dev/null 2>&1 || wanted="$wanted firefox-esr"
command -v java >/dev/null 2>&1 || wanted="$wanted default-jre-headless"
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$wanted ..."
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $wanted >/dev/null
else
    echo "Not installed, and not root:$wanted. The tests that need them will skip."
fi
