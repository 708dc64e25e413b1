#!/usr/bin/env bash
# Gets what the service tests need and this machine lacks: a browser, MariaDB, Redis, a keyring. Starts nothing; the fixtures do.
# Never fails: a case whose service is missing is reported as not run.
set -u
export DEBIAN_FRONTEND=noninteractive
updated=""

has() {
    local name
    for name in "$@"; do command -v "$name" >/dev/null 2>&1 && return 0; done
    return 1
}

apt_install() { # PACKAGE...
    has apt-get && [ "$(id -u)" -eq 0 ] || return 1
    if [ -z "$updated" ]; then
        timeout 300 apt-get update -qq >/dev/null 2>&1 || return 1
        updated=yes
    fi
    timeout 600 apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1
}

report() { # NAME COMMAND...
    local name=$1
    shift
    if has "$@"; then echo "services: $name is there"; else echo "services: $name is not to be had; its cases are not run"; fi
}

has chromium chromium-browser google-chrome || apt_install chromium ||
    timeout 600 .venv/bin/playwright install chromium >/dev/null 2>&1
has mariadbd mysqld || apt_install mariadb-server
has redis-server || apt_install redis-server
{ has gnome-keyring-daemon && has dbus-run-session; } || apt_install gnome-keyring dbus

if has chromium chromium-browser google-chrome || ls "${HOME:-/root}"/.cache/ms-playwright/chromium-* >/dev/null 2>&1; then
    echo "services: a browser is there"
else
    echo "services: a browser is not to be had; its cases are not run"
fi
report MariaDB mariadbd mysqld
report Redis redis-server
report "a keyring (Secret Service)" gnome-keyring-daemon
exit 0
