#!/bin/sh
# Builds what is needed and runs a benchmark:
#   benchmarks/run.sh replication [--quick] [--repeats 1] [--peers a,b] [--systems holdfast,floor]
#   benchmarks/run.sh failover    [--quick] [--peers a,b] [--systems holdfast]
#   benchmarks/run.sh handover    [--quick] [--repeats ROUNDS]
#   benchmarks/run.sh overload    [--quick]
#   benchmarks/run.sh snapshots   [--quick]
#   benchmarks/run.sh report
# Peers are ratis, sofajraft, jgroups-raft and aeron. See docs/performance.md.
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
    replication) main=ReplicationBenchmark ;;
    failover) main=FailoverBenchmark ;;
    handover) main=HandoverBenchmark ;;
    overload) main=OverloadBenchmark ;;
    snapshots) main=SnapshotBenchmark ;;
    report) main=PerformancePage ;;
    *) sed -n '2,9s/^# \{0,1\}//p' benchmarks/run.sh >&2; exit 2 ;;
esac
shift
modules=benchmarks/replication
profile=
for peer in ratis sofajraft jgroups-raft aeron; do
    case "$main $*" in
        PerformancePage* | HandoverBenchmark* | OverloadBenchmark* | SnapshotBenchmark*) ;;
        *--systems*"$peer"* | *--peers*"$peer"*) modules="$modules,benchmarks/peers/$peer" profile=-Ppeers ;;
        *--systems* | *--peers*) ;;
        *) modules="$modules,benchmarks/peers/$peer" profile=-Ppeers ;;
    esac
done
[ -n "${BENCHMARKS_NO_BUILD:-}" ] || mvn -q -B $profile -DskipTests -pl "$modules" -am package
exec java -cp "benchmarks/replication/target/classes:benchmarks/replication/target/lib/*" \
    "io.holdfast.benchmarks.replication.$main" benchmarks "$@"
