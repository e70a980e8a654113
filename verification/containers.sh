#!/usr/bin/env bash
# Runs the suite with nodes in containers, if a Docker engine answers.
#   verification/containers.sh
# Takes the image eclipse-temurin:17-jre if it can be had; else it makes one, holdfast-base:1, of a small Debian, into which
# the suite mounts this machine's JDK. That takes root, debootstrap and a Debian mirror. Says in one line what it cannot do.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "CONTAINERS SKIPPED: $1"; exit 0; }
image=holdfast-base:1
command -v docker >/dev/null || skip "there is no docker command"
timeout 20 docker info >/dev/null 2>&1 || skip "no Docker engine answers"
has() { docker image inspect "$1" >/dev/null 2>&1; }
if ! has eclipse-temurin:17-jre && ! has "$image"; then
  if ! timeout 120 docker pull -q eclipse-temurin:17-jre >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] || skip "eclipse-temurin:17-jre cannot be pulled, and making another image takes root"
    command -v debootstrap >/dev/null || skip "eclipse-temurin:17-jre cannot be pulled, and debootstrap is not installed"
    root=$(mktemp -d)
    trap 'rm -rf --one-file-system "$root"' EXIT
    # The same release as here: the JDK that is mounted was built for its C library.
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
    echo "making $image by debootstrap of $codename"
    timeout 600 debootstrap --variant=minbase --include=iproute2 "$codename" "$root/system" >"$root/log" 2>&1 \
      || { tail -3 "$root/log"; skip "debootstrap failed"; }
    tar -C "$root/system" -c . | docker import - "$image" >/dev/null || skip "docker import failed"
  fi
fi
mvn -B -ntp -pl verification -am -Pcontainers -Dspotless.check.skip -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false verify
