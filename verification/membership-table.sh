#!/usr/bin/env bash
# Makes the sizing tables of docs/membership.md, with the cores of production on a simulated network.
#   verification/membership-table.sh [--quick]                  everything, into docs/membership.md; hours, or minutes with --quick
#   verification/membership-table.sh --print [--quick] [--only table|profiles|soak|slow]    to the console alone
set -euo pipefail
cd "$(dirname "$0")/.."
options=(--file docs/membership.md)
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) options+=("$1"); shift ;;
    --only) options+=("$1" "$2"); shift 2 ;;
    --print) options=("${options[@]:2}"); shift ;;
    -h|--help) sed -n '2,4p' verification/membership-table.sh | cut -c3-; exit 0 ;;
    *) echo "unknown option $1; see --help" >&2; exit 2 ;;
  esac
done
command -v mvn >/dev/null || { echo "Maven is missing; install it, for example with: apt-get install maven" >&2; exit 2; }
mvn -B -q -ntp -pl verification -am -DskipTests -Dspotless.check.skip package
exec java -Xmx3g -cp "verification/target/classes:verification/target/lib/*" io.holdfast.verification.swim.Sizing "${options[@]}"
