package io.holdfast.verification.sim;

import io.holdfast.replication.StateMachine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A state machine that remembers every command it applied, in order; answers with the command's place. */
final class AppliedLog implements StateMachine {
    private final String node;
    private final Decisions decisions;
    private final List<String> applied = new ArrayList<>();

    AppliedLog(String node, Decisions decisions) {
        this.node = node;
        this.decisions = decisions;
    }

    @Override
    public byte[] apply(Entry entry) {
        byte[] bytes = new byte[entry.command().remaining()];
        entry.command().get(bytes);
        String command = new String(bytes, StandardCharsets.UTF_8);
        applied.add(command);
        decisions.applied(node, applied.size(), entry.index(), entry.term(), command);
        return Integer.toString(applied.size()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] query(ByteBuffer request) {
        return Integer.toString(applied.size()).getBytes(StandardCharsets.UTF_8);
    }

    List<String> applied() {
        return applied;
    }
}
