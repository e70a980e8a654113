package io.holdfast.benchmarks.ratis;

import io.holdfast.benchmarks.load.Operation;
import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Subject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * A node of Apache Ratis over gRPC, with its segmented log. At its default election time-outs, 150 to 300 ms, it loses its
 * leader when the processors are busy; runs of throughput have 2 to 4 s.
 */
public final class RatisNode implements Subject {
    private static final RaftGroupId GROUP = RaftGroupId.valueOf(new UUID(17, 42));

    private final CountingMachine machine = new CountingMachine();
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private RaftServer.@Nullable Division division;
    private @Nullable RaftServer server;

    @Override
    public void start(NodeSettings settings) throws IOException {
        List<RaftPeer> peers = new ArrayList<>();
        for (int node = 0; node < settings.nodes(); node++) {
            peers.add(RaftPeer.newBuilder()
                    .setId("n" + node)
                    .setAddress(settings.address(node))
                    .build());
        }
        RaftServer started = RaftServer.newBuilder()
                .setGroup(RaftGroup.valueOf(GROUP, peers))
                .setProperties(properties(settings))
                .setServerId(RaftPeerId.valueOf("n" + settings.id()))
                .setStateMachine(machine)
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
        started.start();
        server = started;
        division = started.getDivision(GROUP);
    }

    private static RaftProperties properties(NodeSettings settings) {
        RaftProperties properties = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(settings.directory().toFile()));
        GrpcConfigKeys.Server.setPort(properties, settings.port(settings.id(), 0));
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, time(Duration.ofSeconds(2)));
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, time(Duration.ofMillis(1)));
        if (!settings.forced()) {
            RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, true);
        }
        switch (settings.profile()) {
            case THROUGHPUT -> elections(properties, Duration.ofSeconds(2), Duration.ofSeconds(4));
            case FAST -> elections(properties, Duration.ofMillis(75), Duration.ofMillis(150));
            case DEFAULT -> {}
        }
        return properties;
    }

    private static void elections(RaftProperties properties, Duration least, Duration most) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, time(least));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, time(most));
    }

    private static TimeDuration time(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean isMaster() {
        RaftServer.Division started = division;
        return started != null && started.getInfo().isLeader();
    }

    @Override
    public long applied() {
        return machine.count();
    }

    @Override
    public Target open(String work) {
        RaftServer started = server;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return operation -> submit(started, operation);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the operation hears of its end
    private boolean submit(RaftServer to, Operation operation) throws IOException {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(to.getId())
                .setGroupId(GROUP)
                .setCallId(calls.incrementAndGet())
                .setType(RaftClientRequest.writeRequestType())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(operation.payload())))
                .build();
        to.submitClientRequestAsync(request).whenComplete((reply, problem) -> end(operation, reply, problem));
        return true;
    }

    private static void end(Operation operation, @Nullable RaftClientReply reply, @Nullable Throwable problem) {
        if (problem != null) {
            operation.failed(problem);
        } else if (reply == null || !reply.isSuccess()) {
            operation.failed(new IOException("refused: " + reply));
        } else {
            operation.succeeded();
        }
    }
}
