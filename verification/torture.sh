#!/usr/bin/env bash
# Tortures real nodes in JVMs of their own, checks what their clients saw, and says PASS or FAIL.
#   verification/torture.sh [--minutes M] [--faults LIST] [--history FILE] [--seed S] [--nodes 3|5] [--keep]
#   verification/torture.sh --check FILE     checks a history alone
# LIST is of kill,stop,cut,slow,disk,clock; all of them by default. M is 2 by default and may be a fraction. FILE takes the
# history as JSON lines in Jepsen's shape. The same seed means the same timeline of faults. --keep keeps the nodes'
# directories and logs after a PASS, too.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$OLDPWD
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h|--help) sed -n '2,7p' verification/torture.sh | cut -c3-; exit 0 ;;
    --history|--check) # a path is the caller's
      [ $# -gt 1 ] || { echo "$1 needs a file" >&2; exit 2; }
      case "$2" in /*) file=$2 ;; *) file=$here/$2 ;; esac
      arguments+=("$1" "$file"); shift 2 ;;
    *) arguments+=("$1"); shift ;;
  esac
done
command -v mvn >/dev/null || { echo "Maven is missing; install it, for example with: apt-get install maven" >&2; exit 2; }
mvn -B -q -ntp -pl verification -am -DskipTests -Dspotless.check.skip package
exec java -Xmx1g -XX:+UseSerialGC -cp "verification/target/classes:verification/target/lib/*" \
  io.holdfast.verification.torture.Torture ${arguments[@]+"${arguments[@]}"}
