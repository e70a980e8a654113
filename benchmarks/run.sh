#!/bin/sh
# Builds what is needed and runs a benchmark:
#   benchmarks/run.sh replication [--quick] [--repeats 1] [--peers a,b] [--systems holdfast,floor]
#   benchmarks/run.sh failover    [--quick] [--peers a,b] [--systems holdfast]
#   benchmarks/run.sh handover    [--quick] [--repeats ROUNDS]
#   benchmarks/run.sh overload    [--quick]
#   benchmarks/run.sh snapshots   [--quick]
#   benchmarks/run.sh loadbalance [--quick] [--systems holdfast,floor,grpc,ribbon,finagle,spring-cloud,dubbo]   what a pick costs
#   benchmarks/run.sh loadbalance --quality             how exact and even picks are, how many keys move
#   benchmarks/run.sh loadbalance --service [--print]   a simulated service by every algorithm, into docs/load-balancing.md
#   benchmarks/run.sh loadbalance --report              what was measured of picks into docs/load-balancing.md
#   benchmarks/run.sh membership  [--quick] [--repeats 1] [--sizes 10,30] [--systems holdfast,scalecube,jgroups,jgroups-tuned]
#   benchmarks/run.sh backup      [--quick] [--repeats 3] [--mib 1024] [--systems holdfast,tar-zstd,restic,pgbackrest]
#   benchmarks/run.sh backup --report                   what was measured of backups into docs/backup.md
#   benchmarks/run.sh autoscale   [--quick] [--report]  a simulated service scaled by others and us; into docs/autoscaling.md
#   benchmarks/run.sh report
# Peers are ratis, sofajraft, jgroups-raft and aeron; of picks and of the membership those in their lines. See docs/performance.md.
set -eu
cd "$(dirname "$0")/.."
package=replication
peers="ratis sofajraft jgroups-raft aeron"
case "${1:-}" in
    replication) main=ReplicationBenchmark ;;
    failover) main=FailoverBenchmark ;;
    handover) main=HandoverBenchmark ;;
    overload) main=OverloadBenchmark ;;
    snapshots) main=SnapshotBenchmark ;;
    loadbalance) ;;
    backup) ;;
    autoscale) ;;
    membership) main=MembershipBenchmark package=membership peers="scalecube jgroups" ;;
    report) main=PerformancePage ;;
    *) sed -n '2,17s/^# \{0,1\}//p' benchmarks/run.sh >&2; exit 2 ;;
esac
if [ "$1" = backup ]; then
    shift
    [ -n "${BENCHMARKS_NO_BUILD:-}" ] || mvn -q -B -DskipTests -pl benchmarks/backup -am package
    exec java -cp "benchmarks/backup/target/classes:benchmarks/backup/target/lib/*" \
        io.holdfast.benchmarks.backup.BackupBenchmark benchmarks "$@"
fi
if [ "$1" = autoscale ]; then
    shift
    [ -n "${BENCHMARKS_NO_BUILD:-}" ] || mvn -q -B -DskipTests -pl benchmarks/autoscale -am package
    exec java -cp "benchmarks/autoscale/target/classes:benchmarks/autoscale/target/lib/*" \
        io.holdfast.benchmarks.autoscale.AutoscaleBenchmark benchmarks "$@"
fi
if [ "$1" = loadbalance ]; then
    shift
    modules=benchmarks/loadbalance
    profile=
    case "$*" in
        --quality*) main=Quality; shift ;;
        --service*) main=ServiceReport; shift ;;
        --report*) main=LoadBalanceBenchmark ;;
        *)
            main=LoadBalanceBenchmark
            for peer in grpc ribbon finagle spring-cloud dubbo; do
                case "$*" in
                    *--systems*"$peer"*) modules="$modules,benchmarks/peers/$peer" profile=-Ppeers ;;
                    *--systems*) ;;
                    *) modules="$modules,benchmarks/peers/$peer" profile=-Ppeers ;;
                esac
            done
            ;;
    esac
    [ -n "${BENCHMARKS_NO_BUILD:-}" ] || mvn -q -B $profile -DskipTests -pl "$modules" -am package
    exec java -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "benchmarks/loadbalance/target/classes:benchmarks/loadbalance/target/lib/*" \
        "io.holdfast.benchmarks.loadbalance.$main" benchmarks "$@"
fi
shift
modules=benchmarks/replication
profile=
for peer in $peers; do
    case "$main $*" in
        PerformancePage* | HandoverBenchmark* | OverloadBenchmark* | SnapshotBenchmark*) ;;
        *--systems*"$peer"* | *--peers*"$peer"*) modules="$modules,benchmarks/peers/$peer" profile=-Ppeers ;;
        *--systems* | *--peers*) ;;
        *) modules="$modules,benchmarks/peers/$peer" profile=-Ppeers ;;
    esac
done
[ -n "${BENCHMARKS_NO_BUILD:-}" ] || mvn -q -B $profile -DskipTests -pl "$modules" -am package
exec java -cp "benchmarks/replication/target/classes:benchmarks/replication/target/lib/*" \
    "io.holdfast.benchmarks.$package.$main" benchmarks "$@"
