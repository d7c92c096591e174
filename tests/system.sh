#!/bin/sh
# Sees that chromium, firefox and a Java runtime are there; installs Debian's where it may.
set -eu
has() { command -v "$1" >/dev/null 2>&1; }
install() { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null; }

wanted=""
has chromium-headless-shell || has chromium || wanted="$wanted chromium-headless-shell"
has firefox-esr || wanted="$wanted firefox-esr"
has java || wanted="$wanted default-jre-headless"

if [ "$(id -u)" != 0 ] || ! has apt-get; then
    [ -z "$wanted" ] || echo "Not installed, and not root:$wanted. The tests that need them will skip."
    exit 0
fi
if [ -n "$wanted" ]; then
    echo "Installing$wanted ..."
    # shellcheck disable=SC2086
    install $wanted
fi
# Chromium with its windows does too, in three times the time.
has chromium-headless-shell || install chromium-headless-shell || echo "The browser tests use chromium."
