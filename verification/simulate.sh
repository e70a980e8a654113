#!/usr/bin/env bash
# Runs whole clusters in the simulator.
#   verification/simulate.sh --seeds N [--from S] [--minutes M] [--shape]   N schedules from seed S on, for at most M minutes;
#                                                                 with --shape voters change in them
#   verification/simulate.sh --upgrade --seeds N [--from S] [--minutes M]   the same while a later release is installed node by node
#   verification/simulate.sh --gossip --seeds N [--from S] [--minutes M]   the same for nodes with gossip alone
#   verification/simulate.sh --cluster --seeds N [--from S] [--minutes M]   the same for whole nodes: gossip, log and autopilot together
#   verification/simulate.sh --backups --seeds N [--from S] [--minutes M]   the same for backups: layers, the archive, restores
#   verification/simulate.sh --scaling --seeds N [--from S] [--minutes M]   the same for clusters that grow and shrink
#   verification/simulate.sh --mutants [--seeds N] [NAME...]      puts known bugs back; each must be caught within N seeds
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=""; from=1; minutes=0; mutants=false; gossip=false; cluster=false; backups=false; scaling=false; mode=""; names=()
while [ $# -gt 0 ]; do
  case "$1" in
    --seeds) seeds=$2; shift 2 ;;
    --from) from=$2; shift 2 ;;
    --minutes) minutes=$2; shift 2 ;;
    --mutants) mutants=true; shift ;;
    --gossip) gossip=true; shift ;;
    --cluster) cluster=true; shift ;;
    --backups) backups=true; shift ;;
    --scaling) scaling=true; shift ;;
    --shape|--upgrade) mode=${1#--}; shift ;;
    -h|--help) sed -n '2,10p' verification/simulate.sh | cut -c3-; exit 0 ;;
    -*) echo "unknown option $1; see --help" >&2; exit 2 ;;
    *) names+=("$1"); shift ;;
  esac
done
command -v mvn >/dev/null || { echo "Maven is missing; install it, for example with: apt-get install maven" >&2; exit 2; }
if [ -z "$seeds" ] && ! $mutants; then
  [ "$minutes" = 0 ] && seeds=1000 || seeds=1000000000
fi
if $backups; then
  # What they need of the planner is seen by its own package's tests alone.
  mvn -B -q -ntp -pl ha-backup -am -DskipTests -Dspotless.check.skip test-compile dependency:build-classpath \
    -Dmdep.outputFile=target/test.classpath
  exec java -Xmx2g -cp "ha-backup/target/test-classes:ha-backup/target/classes:$(cat ha-backup/target/test.classpath)" \
    io.holdfast.backup.plan.BackupStorms "$seeds" "$from" "$minutes"
fi
mvn -B -q -ntp -pl verification -am -DskipTests -Dspotless.check.skip package
java_command="java -Xmx2g -cp verification/target/classes:verification/target/lib/*"
if $mutants; then
  exec $java_command io.holdfast.verification.mutants.Mutants \
    verification/mutants ha-replication/src/main/java "${seeds:-200}" "${names[@]}"
fi
if $gossip; then
  exec $java_command io.holdfast.verification.gossip.SimulateGossip "$seeds" "$from" "$minutes"
fi
if $cluster; then
  exec $java_command io.holdfast.verification.sim.SimulateCluster "$seeds" "$from" "$minutes"
fi
if $scaling; then
  exec $java_command io.holdfast.verification.scaling.SimulateScaling "$seeds" "$from" "$minutes"
fi
exec $java_command io.holdfast.verification.sim.Simulate "$seeds" "$from" "$minutes" $mode
