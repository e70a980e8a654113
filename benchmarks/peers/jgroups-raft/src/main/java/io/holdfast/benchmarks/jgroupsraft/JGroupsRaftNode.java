package io.holdfast.benchmarks.jgroupsraft;

import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Subject;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.jgroups.JChannel;
import org.jgroups.raft.RaftHandle;
import org.jspecify.annotations.Nullable;

/** A node of jgroups-raft over TCP, with its file log; whether that forces is the setting that counts. */
public final class JGroupsRaftNode implements Subject {
    private final CountingMachine machine = new CountingMachine();
    private @Nullable RaftHandle started;

    @Override
    public void start(NodeSettings settings) throws Exception {
        String name = "n" + settings.id();
        byte[] stack = Stack.of(settings).getBytes(StandardCharsets.UTF_8);
        JChannel channel = new JChannel(new ByteArrayInputStream(stack)).name(name);
        RaftHandle handle = new RaftHandle(channel, machine).raftId(name);
        channel.connect("benchmark");
        started = handle;
    }

    private RaftHandle handle() {
        RaftHandle handle = started;
        if (handle == null) {
            throw new IllegalStateException("not started");
        }
        return handle;
    }

    @Override
    public boolean isMaster() {
        return handle().isLeader();
    }

    @Override
    public long applied() {
        return machine.count();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the operation hears of its end
    public Target open(String work) {
        RaftHandle handle = handle();
        return operation -> {
            byte[] payload = operation.payload();
            handle.setAsync(payload, 0, payload.length).whenComplete(operation);
            return true;
        };
    }
}
