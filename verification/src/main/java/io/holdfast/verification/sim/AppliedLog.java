package io.holdfast.verification.sim;

import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateSnapshot;
import io.holdfast.replication.log.FeatureLevel;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A state machine that remembers every command it applied, in order; answers with the command's place. */
final class AppliedLog implements StateMachine {
    /** How a command begins that only a release can read that supports level 2 of the log. */
    static final String LATER = "later:";

    private final String node;
    private final Decisions decisions;
    private final int level;
    private final List<String> applied = new ArrayList<>();

    AppliedLog(String node, Decisions decisions) {
        this(node, decisions, FeatureLevel.SUPPORTED);
    }

    /** @param level of the log that the node's release supports */
    AppliedLog(String node, Decisions decisions, int level) {
        this.node = node;
        this.decisions = decisions;
        this.level = level;
    }

    private void read(String command) {
        if (command.startsWith(LATER) && level < 2) {
            decisions.violate(node + " is given '" + command + "', which its release cannot read");
        }
    }

    @Override
    public byte[] apply(Entry entry) {
        byte[] bytes = new byte[entry.command().remaining()];
        entry.command().get(bytes);
        String command = new String(bytes, StandardCharsets.UTF_8);
        read(command);
        applied.add(command);
        decisions.applied(node, applied.size(), entry.index(), entry.term(), command);
        return Integer.toString(applied.size()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] query(ByteBuffer request) {
        return Integer.toString(applied.size()).getBytes(StandardCharsets.UTF_8);
    }

    /** Its copy is made at once, as that of a machine that shares nothing. */
    @Override
    public StateSnapshot snapshot() {
        List<String> copy = List.copyOf(applied);
        return new StateSnapshot() {
            @Override
            public int version() {
                return 1;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                DataOutputStream data = new DataOutputStream(out);
                data.writeInt(copy.size());
                for (String command : copy) {
                    byte[] bytes = command.getBytes(StandardCharsets.UTF_8);
                    data.writeInt(bytes.length);
                    data.write(bytes);
                }
                data.flush();
            }
        };
    }

    @Override
    public void restore(int version, InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        List<String> restored = new ArrayList<>();
        for (int left = data.readInt(); left > 0; left--) {
            restored.add(new String(data.readNBytes(data.readInt()), StandardCharsets.UTF_8));
        }
        restored.forEach(this::read);
        applied.clear();
        applied.addAll(restored);
        decisions.restored(node, restored);
    }

    List<String> applied() {
        return applied;
    }
}
