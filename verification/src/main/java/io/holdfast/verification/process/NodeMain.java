package io.holdfast.verification.process;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.OfRelease;
import io.holdfast.replication.ReplicatedLog;
import io.netty.util.internal.PlatformDependent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * One node in a process of its own. Arguments: id, directory, "default", "fast" or "patient", with which a busy machine is no
 * reason for an election, "file", "heap" or "unforced", then the nodes. Each line on standard input is answered by a line with the node's status, "heap" by the bytes in use after a collection: of
 * the heap and of direct buffers; "why" by the reason why it is not ready; "take files" takes all the files that the
 * process may have open, "give files back" closes them. "stop" or the end of the input stops it.
 */
final class NodeMain {
    private NodeMain() {}

    public static void main(String[] args) throws IOException {
        String id = args[0];
        String[] nodes = Arrays.copyOfRange(args, 4, args.length);
        String own = Arrays.stream(nodes)
                .filter(node -> node.startsWith(id + "@"))
                .findFirst()
                .orElseThrow();
        LogReplication log = LogReplication.inDirectory(Path.of(args[1]))
                .bootstrap(nodes)
                .segmentBytes(Integer.getInteger(NodeTuning.SEGMENT_BYTES, 8 << 20))
                .snapshots(Long.getLong(NodeTuning.SNAPSHOT_BYTES, 256L << 20), Duration.ofHours(1))
                .stateMachine(new Sequence());
        if (args[3].equals("unforced")) {
            log = log.unforced();
        }
        int level = Integer.getInteger(NodeRelease.LEVEL, 0);
        if (level > 0) {
            log = OfRelease.supporting(level, log);
        }
        HaCluster.Builder builder = HaCluster.builder("verification")
                .node(Node.of(id).bind(own.substring(id.length() + 1)))
                .with(timed(args[2], log));
        if (args[3].equals("heap")) {
            builder.runtime(new HeapRuntime(RealRuntime.create(id, TransportConfig.defaults())));
        }
        HaCluster cluster = builder.start();
        ReplicatedLog replicated = ReplicatedLog.in(cluster);
        OpenFiles files = new OpenFiles();
        System.out.println("started");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("stop"); line = in.readLine()) {
            if (line.equals("heap")) {
                System.out.println(heapUsed() + " " + directUsed());
                continue;
            }
            if (line.equals("why")) {
                System.out.println(oneLine(cluster.whyNotReady()));
                continue;
            }
            if (line.equals("take files")) {
                System.out.println(files.takeAll());
                continue;
            }
            if (line.equals("give files back")) {
                files.giveBack();
                System.out.println("given back");
                continue;
            }
            LogStatus status = replicated.status();
            System.out.println(status.role() + " " + status.term() + " " + status.appliedIndex() + " "
                    + (cluster.failure().isPresent() ? "failed" : cluster.isReady() ? "ready" : "waiting"));
        }
        cluster.close();
        System.out.println("stopped");
    }

    private static LogReplication timed(String profile, LogReplication log) {
        return switch (profile) {
            case "fast" -> log.fast();
            case "patient" -> log.timing(Duration.ofMillis(200), Duration.ofSeconds(10));
            default -> log;
        };
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    private static long heapUsed() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Netty counts what it takes from the system by itself; the JVM counts the rest. */
    private static long directUsed() {
        long counted = Math.max(0, PlatformDependent.usedDirectMemory());
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                counted += pool.getMemoryUsed();
            }
        }
        return counted;
    }
}
