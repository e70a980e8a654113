package io.holdfast.replication.node;

import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Poll;
import io.holdfast.replication.structures.MapCommands;
import java.util.concurrent.CompletableFuture;

/** Commands of a process that is content with the master's disk: all that have no result return when they are there. */
final class StoredByDefault implements Commands {
    private final Commands decided;
    private final Commands stored;

    StoredByDefault(Commands commands) {
        this.decided = commands.acknowledged(false);
        this.stored = commands.acknowledged(true);
    }

    /** What a machine of the user's answers is not known here, so that its answers are given up. */
    private Commands commandsFor(int machine, byte[] command) {
        return machine == USER || (machine == MAPS && MapCommands.isWithoutResult(command)) ? stored : decided;
    }

    @Override
    public byte[] write(int machine, byte[] command, long timeoutNanos) {
        return commandsFor(machine, command).write(machine, command, timeoutNanos);
    }

    @Override
    public CompletableFuture<byte[]> writeAsync(int machine, byte[] command, long timeoutNanos) {
        return commandsFor(machine, command).writeAsync(machine, command, timeoutNanos);
    }

    @Override
    public byte[] read(int machine, byte[] request, long timeoutNanos) {
        return decided.read(machine, request, timeoutNanos);
    }

    @Override
    public CompletableFuture<byte[]> readAsync(int machine, byte[] request, long timeoutNanos) {
        return decided.readAsync(machine, request, timeoutNanos);
    }

    @Override
    public void poll(int machine, Poll poll) {
        decided.poll(machine, poll);
    }

    @Override
    public Commands reading(Freshness freshness) {
        return new StoredByDefault(decided.reading(freshness));
    }

    @Override
    public Commands acknowledged(boolean storedOnly) {
        return storedOnly ? stored : decided;
    }

    @Override
    public long defaultTimeoutNanos() {
        return decided.defaultTimeoutNanos();
    }
}
