package io.holdfast.replication;

import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Poll;
import io.holdfast.replication.structures.MapCommands;
import java.util.concurrent.CompletableFuture;

/** Commands to a map that return before they are applied: those that have a result are refused. */
final class WithoutResults implements Commands {
    private final Commands commands;

    WithoutResults(Commands commands) {
        this.commands = commands;
    }

    private static byte[] check(byte[] command) {
        if (!MapCommands.isWithoutResult(command)) {
            throw new UnsupportedOperationException(
                    "with acknowledgement MASTER a write has no result, since it has not"
                            + " been applied when it returns; use put, a batch or clear, or acknowledgement QUORUM");
        }
        return command;
    }

    @Override
    public byte[] write(int machine, byte[] command, long timeoutNanos) {
        return commands.write(machine, check(command), timeoutNanos);
    }

    @Override
    public CompletableFuture<byte[]> writeAsync(int machine, byte[] command, long timeoutNanos) {
        return commands.writeAsync(machine, check(command), timeoutNanos);
    }

    @Override
    public byte[] read(int machine, byte[] request, long timeoutNanos) {
        return commands.read(machine, request, timeoutNanos);
    }

    @Override
    public CompletableFuture<byte[]> readAsync(int machine, byte[] request, long timeoutNanos) {
        return commands.readAsync(machine, request, timeoutNanos);
    }

    @Override
    public void poll(int machine, Poll poll) {
        commands.poll(machine, poll);
    }

    @Override
    public Commands reading(Freshness freshness) {
        return new WithoutResults(commands.reading(freshness));
    }

    @Override
    public Commands acknowledged(boolean storedOnly) {
        return storedOnly ? this : commands.acknowledged(false);
    }

    @Override
    public long defaultTimeoutNanos() {
        return commands.defaultTimeoutNanos();
    }
}
