package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.report.Table;
import java.util.List;

/** How each system was set, in words. */
final class Descriptions {
    private Descriptions() {}

    private static final String METHOD = """
            A virtual machine with %d processors runs everything: three JVMs on the loopback address, one disk, and the
            load. So the figures are those of a crowded machine, and their ratios say more than they do themselves.

            Systems are measured in turns in one run, in the opposite order in every second repeat. A cluster is started anew
            for each system and repeat; it is under load (W=64) until %s s of it are less than a tenth
            faster than the %s s before, for %s s at the most, and then each cell is warmed up for
            %s s and measured for %s s. Every JVM of every system has the same flags: `-Xms1g -Xmx1g`, the default collector of
            JDK 17, `-Djava.util.concurrent.ForkJoinPool.common.parallelism=4` (else `CompletableFuture` starts a thread for
            each task on two processors). The tables show medians of the repeats.

            **The load** is closed: one client thread in the master's JVM keeps W writes in flight, each with a payload that was
            made beforehand. The latency is from just before the submission to the callback; at W=1 Holdfast's client makes the
            blocking call, which is there for that. The client is the same for all;
            Aeron Cluster has no submission within the process, so there the same client polls a session over shared memory.
            Every node counts what it applies, and a cell fails if the slaves do not reach the master's count, or that is
            less than what was acknowledged.

            **Forced** means that a write is acknowledged when a majority has it on the disk, **not forced** that it need not
            be. Defaults are kept, save that Ratis and SOFAJRaft have longer election time-outs in runs of throughput (2 to 4 s,
            and 3 s), because they lose their leaders to a busy machine otherwise.

            **The floor** is what the machine does without any protocol: batches with a checksum are appended to a file that
            was filled before, and sent to two processes that append and force the same bytes; a record counts when two of the
            three have it. The client is in the loop. *floor-threads* is the same with the threads that a library has: a client
            thread, and one that forces on each slave.

            **Costs** are counted on the master, over all threads, in the measured time: bytes allocated (JVM), hand-offs
            (voluntary context switches), preemptions (involuntary ones), forces (Holdfast's meter). System calls are counted
            by `perf` in a run of their own.
            """;

    static final String FAILOVER = """
            Three new JVMs for each figure, with a light load of single writes. The master's JVM gets SIGKILL or SIGSTOP; the
            time is from the signal to the first acknowledgement of a write that was begun after it, as writers in the
            surviving JVMs see it. A writer writes when its own node says that it leads; with Holdfast, whose nodes all take
            writes, and Aeron Cluster, whose client finds the leader over UDP and sends anew after 20 ms, it writes at any time.
            All are set to force. *default* is each system's defaults, *fast* its fastest documented setting.
            """;

    static final String HANDOVER = """
            Three nodes with their defaults, forced, whose master has an `onMaster` and an `onSlave` that return at once; a client
            in a process of its own, with its defaults too, keeps 64 writes of 256 B in flight. Every two seconds the master is
            asked for `transferMastership("")`. The gap is the longest time between two writes that completed one after the
            other, within a second after the call; the same of the second before it says what the machine does by itself. Three
            hand-overs before the others do not count. Calls that failed are counted over the whole of the load.
            """;

    static final String SNAPSHOTS = """
            Three nodes and a client in JVMs of their own, the nodes with `-Xms3g -Xmx3g`, forced. A map is filled with
            2,000,000 entries of 256 B; then the client overwrites random ones in an open loop, at half of the rate that a closed
            loop (W=1024) reached just before in the same cluster. What is due and cannot be sent, since 4,096 are in flight, is
            sent late, and latencies count from when a write was due. *off*: no snapshot is ever taken, the log only grows.
            *on*: the nodes were started again with a snapshot every 256 MiB of log or, if that is more, every time that the
            log has grown by the length of the last snapshot; the log before it is dropped. *on, a slave emptied*: after the
            first window a slave is killed and started again on an empty directory; it fetches the master's snapshot and
            takes its place again. The last table is of nodes that hold all of it: a slave that is killed and started again
            without load, from the start of its JVM until it is ready; and heaps after a collection.
            """;

    static Table settings() {
        Table table = new Table("", "version", "client", "forced", "not forced", "fast (failover)");
        table.add(List.of(
                "Holdfast",
                "this source",
                "`ReplicatedLog.submitAsync` on the master",
                "its default",
                "`unforced()`",
                "`LogReplication.fast()`: heartbeat 15 ms, election 150 ms"));
        table.add(List.of(
                "Apache Ratis",
                "3.3.0, gRPC",
                "`RaftServer.submitClientRequestAsync` on the leader",
                "its default",
                "`raft.server.log.unsafe-flush.enabled`",
                "election 75 to 150 ms"));
        table.add(List.of(
                "SOFAJRaft",
                "1.4.1, Bolt, RocksDB log",
                "`Node.apply` on the leader",
                "`sync`, `syncMeta`",
                "neither",
                "election 200 ms, at most 100 ms more"));
        table.add(List.of(
                "jgroups-raft",
                "1.1.4.Final, TCP",
                "`RaftHandle.setAsync` on the leader",
                "`log_use_fsync`, FileBasedLog",
                "its default, FileBasedLog",
                "FD_SOCK2, FD_ALL3 1000/200 ms, VERIFY_SUSPECT2 100 ms"));
        table.add(List.of(
                "Aeron Cluster",
                "1.51.0, Java driver, SHARED",
                "`AeronCluster` over IPC in the leader's JVM",
                "file sync level 1 of archive, catalog and consensus module",
                "its default, 0",
                "heartbeat time-out 500 ms, interval 50 ms, election 250 ms, status 25 ms"));
        return table;
    }

    /** How replication was measured, on so many processors. */
    static String method(int processors) {
        Durations full = Durations.of(false);
        double stretch = full.warmUp().stretchSeconds();
        return METHOD.formatted(
                processors,
                seconds(stretch),
                seconds(stretch),
                seconds(stretch * full.warmUp().most()),
                seconds(full.warmSeconds()),
                seconds(full.seconds()));
    }

    private static String seconds(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
