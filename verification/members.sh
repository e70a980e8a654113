#!/usr/bin/env bash
# Real nodes with gossip in JVMs of their own. First six: one is stopped, one is killed, strangers try to get in, and three are
# cut off from three. Then seven with a log, of whose voters two are killed for good and replaced. Says PASS or FAIL.
#   verification/members.sh [--minutes M] [--only gossip|voters]
# M is for how long the halves are cut off from each other; 3 by default, and may be a fraction. They are until each holds the
# other one for dead.
set -euo pipefail
cd "$(dirname "$0")/.."
case " $* " in
  *" -h "*|*" --help "*) sed -n '2,6p' "$0" | cut -c3-; exit 0 ;;
esac
command -v mvn >/dev/null || { echo "Maven is missing; install it, for example with: apt-get install maven" >&2; exit 2; }
mvn -B -q -ntp -pl verification -am -DskipTests -Dspotless.check.skip package
exec java -Xmx512m -XX:+UseSerialGC -cp "verification/target/classes:verification/target/lib/*" \
  io.holdfast.verification.members.Members "$@"
