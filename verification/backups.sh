#!/usr/bin/env bash
# Backups of real processes, for as long as one likes. Says PASS or FAIL.
#   verification/backups.sh kills [--rounds N] [--seed S]     a process that backs up is killed N times (200) at random moments
#   verification/backups.sh bar [--mib N] [--seconds S]       a map of N MiB (1024) under writes: their p99 while it is backed up,
#                                                             beside that without, S seconds (20) each; then all nodes are lost,
#                                                             and what is restored is compared with what was acknowledged
set -euo pipefail
cd "$(dirname "$0")/.."
usage() { sed -n '2,6p' verification/backups.sh | cut -c3-; }
what=${1:-}; [ $# -gt 0 ] && shift
rounds=200; seed=1; mib=1024; seconds=20
case "$what" in
  kills | bar) ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
while [ $# -gt 0 ]; do
  case "$1" in
    --rounds) rounds=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --mib) mib=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) echo "unknown option $1; see --help" >&2; exit 2 ;;
  esac
done
command -v mvn >/dev/null || { echo "Maven is missing; install it, for example with: apt-get install maven" >&2; exit 2; }
mvn -B -q -ntp -pl verification -am -DskipTests -Dspotless.check.skip package
run=(java -Xmx2g -Dlogback.configurationFile=process-logback.xml -cp "verification/target/classes:verification/target/lib/*")
case "$what" in
  kills) exec "${run[@]}" io.holdfast.verification.backup.BackupKills "$rounds" "$seed" ;;
  bar) exec "${run[@]}" io.holdfast.verification.backup.BackupBar "$mib" "$seconds" ;;
esac
