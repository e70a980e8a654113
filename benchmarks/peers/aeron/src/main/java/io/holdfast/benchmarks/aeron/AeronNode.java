package io.holdfast.benchmarks.aeron;

import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.holdfast.benchmarks.load.ClosedLoop;
import io.holdfast.benchmarks.load.LoadPlan;
import io.holdfast.benchmarks.load.LoadResult;
import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Profile;
import io.holdfast.benchmarks.subject.Subject;
import java.nio.file.Path;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NoOpLock;
import org.jspecify.annotations.Nullable;

/**
 * A node of Aeron Cluster with the Java driver. It has no submission within the process: the load's client is a session
 * over shared memory in the leader's JVM, a writer that waits for a new leader one over UDP.
 */
public final class AeronNode implements Subject {
    private static final long FAST_HEARTBEAT_TIMEOUT_MILLIS = 500;
    private static final int MEMBER_PORTS = 5;
    private static final int ARCHIVE_PORT = 4;
    private static final String ANY_PORT = "aeron:udp?endpoint=127.0.0.1:0";

    private final CountingService service = new CountingService();
    private @Nullable NodeSettings started;

    private static IdleStrategy idle() {
        return new BackoffIdleStrategy(10, 20, 1_000, 1_000_000);
    }

    @Override
    public void start(NodeSettings settings) {
        String driver = driver(settings);
        Path cluster = settings.directory().resolve("cluster");
        int level = settings.forced() ? 1 : 0;
        MediaDriver.Context media = new MediaDriver.Context()
                .aeronDirectoryName(driver)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(idle())
                .dirDeleteOnStart(true)
                .errorHandler(AeronNode::complain);
        Archive.Context archive = new Archive.Context()
                .aeronDirectoryName(driver)
                .archiveDir(settings.directory().resolve("archive").toFile())
                .controlChannel("aeron:udp?endpoint=" + host(settings, settings.id(), ARCHIVE_PORT))
                .archiveClientContext(new AeronArchive.Context().controlResponseChannel(ANY_PORT))
                .localControlChannel("aeron:ipc?term-length=64k")
                .recordingEventsEnabled(false)
                .replicationChannel(ANY_PORT)
                .threadingMode(ArchiveThreadingMode.SHARED)
                .idleStrategySupplier(AeronNode::idle)
                .fileSyncLevel(level)
                .catalogFileSyncLevel(level)
                .errorHandler(AeronNode::complain);
        AeronArchive.Context client = new AeronArchive.Context()
                .lock(NoOpLock.INSTANCE)
                .aeronDirectoryName(driver)
                .controlRequestChannel(archive.localControlChannel())
                .controlRequestStreamId(archive.localControlStreamId())
                .controlResponseChannel(archive.localControlChannel());
        ConsensusModule.Context consensus = new ConsensusModule.Context()
                .clusterMemberId(settings.id())
                .clusterMembers(members(settings))
                .clusterDir(cluster.toFile())
                .archiveContext(client.clone())
                .serviceCount(1)
                .ingressChannel("aeron:udp")
                .replicationChannel(ANY_PORT)
                .isIpcIngressAllowed(true)
                .fileSyncLevel(level)
                .idleStrategySupplier(AeronNode::idle)
                .errorHandler(AeronNode::complain);
        if (settings.profile() == Profile.FAST) {
            long timeout = TimeUnit.MILLISECONDS.toNanos(FAST_HEARTBEAT_TIMEOUT_MILLIS);
            consensus
                    .leaderHeartbeatTimeoutNs(timeout)
                    .leaderHeartbeatIntervalNs(timeout / 10)
                    .electionTimeoutNs(timeout / 2)
                    .electionStatusIntervalNs(timeout / 20);
        }
        ClusteredMediaDriver.launch(media, archive, consensus);
        ClusteredServiceContainer.launch(new ClusteredServiceContainer.Context()
                .aeronDirectoryName(driver)
                .archiveContext(client.clone())
                .clusterDir(cluster.toFile())
                .clusteredService(service)
                .serviceId(0)
                .idleStrategySupplier(AeronNode::idle)
                .errorHandler(AeronNode::complain));
        started = settings;
    }

    private static void complain(Throwable problem) {
        System.err.println(problem);
    }

    private static String driver(NodeSettings settings) {
        return settings.memory().resolve("aeron").toString();
    }

    private static String host(NodeSettings settings, int node, int number) {
        return "127.0.0.1:" + settings.port(node, number);
    }

    private static String members(NodeSettings settings) {
        StringJoiner members = new StringJoiner("|");
        for (int node = 0; node < settings.nodes(); node++) {
            StringJoiner member = new StringJoiner(",").add(Integer.toString(node));
            for (int number = 0; number < MEMBER_PORTS; number++) {
                member.add(host(settings, node, number));
            }
            members.add(member.toString());
        }
        return members.toString();
    }

    @Override
    public boolean isMaster() {
        return service.role() == Cluster.Role.LEADER;
    }

    @Override
    public long applied() {
        return service.count();
    }

    /** Over UDP, so that it reaches whichever node leads. */
    @Override
    public Target open(String work) {
        StringJoiner endpoints = new StringJoiner(",");
        NodeSettings settings = settings();
        for (int node = 0; node < settings.nodes(); node++) {
            endpoints.add(node + "=" + host(settings, node, 0));
        }
        return new AeronClient(new AeronCluster.Context()
                .aeronDirectoryName(driver(settings))
                .ingressChannel("aeron:udp")
                .ingressEndpoints(endpoints.toString())
                .egressChannel(ANY_PORT));
    }

    private NodeSettings settings() {
        NodeSettings settings = started;
        if (settings == null) {
            throw new IllegalStateException("not started");
        }
        return settings;
    }

    @Override
    public LoadResult load(LoadPlan plan, Runnable measuring) throws Exception {
        try (Target target = new AeronClient(new AeronCluster.Context()
                .aeronDirectoryName(driver(settings()))
                .ingressChannel("aeron:ipc")
                .egressChannel("aeron:ipc"))) {
            return ClosedLoop.run(target, plan, measuring);
        }
    }

    @Override
    public boolean takesWrites() {
        return true;
    }

    /** A message that comes when there is no leader is dropped without a word. */
    @Override
    public long patienceNanos() {
        return 20_000_000L;
    }
}
