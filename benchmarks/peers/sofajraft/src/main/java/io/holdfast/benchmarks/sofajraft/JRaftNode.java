package io.holdfast.benchmarks.sofajraft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.rpc.RaftRpcServerFactory;
import io.holdfast.benchmarks.load.Operation;
import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Profile;
import io.holdfast.benchmarks.subject.Subject;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A node of SOFAJRaft over Bolt, with its log in RocksDB. Runs of throughput have an election time-out of 3 s in place of
 * 1 s, so that busy processors cost it no leader.
 */
public final class JRaftNode implements Subject {
    private static final int THROUGHPUT_ELECTION_MILLIS = 3_000;
    private static final int FAST_ELECTION_MILLIS = 200;

    private final CountingMachine machine = new CountingMachine();
    private @Nullable Node started;

    @Override
    public void start(NodeSettings settings) {
        Configuration members = new Configuration();
        for (int node = 0; node < settings.nodes(); node++) {
            members.addPeer(new PeerId("127.0.0.1", settings.port(node, 0)));
        }
        NodeOptions options = new NodeOptions();
        options.setInitialConf(members);
        options.setFsm(machine);
        options.setLogUri(settings.directory().resolve("log").toString());
        options.setRaftMetaUri(settings.directory().resolve("meta").toString());
        options.setSnapshotUri(settings.directory().resolve("snapshot").toString());
        RaftOptions raft = new RaftOptions();
        raft.setSync(settings.forced());
        raft.setSyncMeta(settings.forced());
        if (settings.profile() == Profile.THROUGHPUT) {
            options.setElectionTimeoutMs(THROUGHPUT_ELECTION_MILLIS);
        } else if (settings.profile() == Profile.FAST) {
            options.setElectionTimeoutMs(FAST_ELECTION_MILLIS);
            raft.setMaxElectionDelayMs(FAST_ELECTION_MILLIS / 2);
        }
        options.setRaftOptions(raft);
        PeerId self = new PeerId("127.0.0.1", settings.port(settings.id(), 0));
        started = new RaftGroupService(
                        "benchmark", self, options, RaftRpcServerFactory.createRaftRpcServer(self.getEndpoint()))
                .start();
    }

    @Override
    public boolean isMaster() {
        return machine.leads();
    }

    @Override
    public long applied() {
        return machine.count();
    }

    @Override
    public Target open(String work) {
        Node node = started;
        if (node == null) {
            throw new IllegalStateException("not started");
        }
        return operation -> {
            node.apply(new Task(ByteBuffer.wrap(operation.payload()), status -> end(operation, status)));
            return true;
        };
    }

    private static void end(Operation operation, Status status) {
        if (status.isOk()) {
            operation.succeeded();
        } else {
            operation.failed(new IOException(status.toString()));
        }
    }
}
