#!/usr/bin/env bash
# Installs Chromium from Debian where there is none; the tests of the web interface drive it.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then
        exit 0
    fi
done

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo -n)
    if ! sudo -n true 2>/dev/null; then
        echo "error: there is no Chromium, and no right to install it" >&2
        echo "  install it (Debian: apt-get install chromium) and run this again" >&2
        exit 1
    fi
fi
if ! command -v apt-get >/dev/null; then
    echo "error: there is no Chromium, and no apt-get to install it with" >&2
    echo "  install Chromium by your system's means and run this again" >&2
    exit 1
fi
echo "installing Chromium from Debian"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    chromium fonts-dejavu-core >/dev/null
