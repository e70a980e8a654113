#!/usr/bin/env bash
# A rolling upgrade with real processes: from the jars of an earlier release to this tree's, node by node and under load, back, and
# up again; then the upgrade is finished, and a node of the earlier release is turned away. Says PASS or FAIL.
#   verification/upgrade.sh [--from REF | --jars DIR]
# REF is a tag, branch or commit, which is built beside this tree; the last tag by default. DIR holds a release's jars.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$OLDPWD
from=""; jars=""
while [ $# -gt 0 ]; do
  case "$1" in
    --from) [ $# -gt 1 ] || { echo "$1 needs a tag, branch or commit" >&2; exit 2; }; from=$2; shift 2 ;;
    --jars) [ $# -gt 1 ] || { echo "$1 needs a directory" >&2; exit 2; }
      case "$2" in /*) jars=$2 ;; *) jars=$here/$2 ;; esac; shift 2 ;;
    -h|--help) sed -n '2,5p' verification/upgrade.sh | cut -c3-; exit 0 ;;
    *) echo "unknown option $1; see --help" >&2; exit 2 ;;
  esac
done
[ -z "$from" ] || [ -z "$jars" ] || { echo "--from and --jars exclude each other" >&2; exit 2; }
if [ -z "$jars" ] && [ -z "$from" ]; then
  from=$(git describe --tags --abbrev=0 2>/dev/null || true)
  [ -n "$from" ] || { echo "no release has been tagged yet: nothing to upgrade from"; exit 0; }
fi
command -v mvn >/dev/null || { echo "Maven is missing; install it, for example with: apt-get install maven" >&2; exit 2; }
work=$(mktemp -d)
tidy() {
  git worktree remove --force "$work/tree" 2>/dev/null || true
  rm -rf "$work"
}
trap tidy EXIT
if [ -n "$from" ]; then
  commit=$(git rev-parse --verify --quiet "$from^{commit}") || { echo "$from is no tag, branch or commit" >&2; exit 2; }
  echo "the earlier release is $from ($(git rev-parse --short "$commit")), which is being built"
  git worktree add --quiet --detach "$work/tree" "$commit"
  mvn -B -q -ntp -f "$work/tree/pom.xml" -pl ha-membership,ha-replication -am -DskipTests -Dspotless.check.skip package
  jars=$work/jars
  mkdir "$jars"
  cp "$work"/tree/ha-*/target/ha-*.jar "$jars"
fi
ls "$jars"/ha-*.jar >/dev/null 2>&1 || { echo "there are no jars of a release in $jars" >&2; exit 2; }
mvn -B -q -ntp -pl verification -am -DskipTests -Dspotless.check.skip package
mkdir "$work/nodes"
java -Xmx512m -XX:+UseSerialGC -cp "verification/target/classes:verification/target/lib/*" \
  io.holdfast.verification.process.RollingUpgrade "$jars" "$PWD/verification/target/classes" "$PWD/verification/target/lib" "$work/nodes" || {
  keep=$(mktemp -d)
  cp -r "$work/nodes/." "$keep"
  echo "directories and logs are in $keep"
  exit 1
}
