package io.holdfast.replication.client;

import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Poll;
import java.util.concurrent.CompletableFuture;

/** A {@link LogClient} with less strict reads, or writes that return sooner. */
final class TunedCommands implements Commands {
    private final LogClient client;
    private final Freshness freshness;
    private final boolean storedOnly;

    TunedCommands(LogClient client, Freshness freshness, boolean storedOnly) {
        this.client = client;
        this.freshness = freshness;
        this.storedOnly = storedOnly;
    }

    @Override
    public byte[] write(int machine, byte[] command, long timeoutNanos) {
        return client.write(machine, command, storedOnly, timeoutNanos);
    }

    @Override
    public CompletableFuture<byte[]> writeAsync(int machine, byte[] command, long timeoutNanos) {
        return client.writeAsync(machine, command, storedOnly, timeoutNanos);
    }

    @Override
    public byte[] read(int machine, byte[] request, long timeoutNanos) {
        return client.read(machine, request, freshness, timeoutNanos);
    }

    @Override
    public CompletableFuture<byte[]> readAsync(int machine, byte[] request, long timeoutNanos) {
        return client.readAsync(machine, request, freshness, timeoutNanos);
    }

    @Override
    public void poll(int machine, Poll poll) {
        client.poll(machine, poll);
    }

    @Override
    public Commands reading(Freshness other) {
        return new TunedCommands(client, other, storedOnly);
    }

    @Override
    public Commands acknowledged(boolean onlyStored) {
        return new TunedCommands(client, freshness, onlyStored);
    }

    @Override
    public long defaultTimeoutNanos() {
        return client.defaultTimeoutNanos();
    }
}
