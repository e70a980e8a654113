package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.core.spi.StateContents;
import io.holdfast.core.spi.StateCut;
import io.holdfast.replication.LogStatus;
import io.holdfast.replication.client.LockAccess;
import io.holdfast.replication.client.LockClient;
import io.holdfast.replication.client.LogClient;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.LogAccess;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/** The log in a process that uses it without storing it. */
public final class ReplicationClient implements RunningFeature, LogAccess, LockAccess, ReplicatedState {
    private final FeatureContext context;
    private final Map<Address, String> addresses;
    private final LogClient client;
    private final Commands commands;
    private final LockClient locks;
    private volatile LogStatus status = LogStatus.unknown(ReplicaRole.CLIENT);

    /**
     * Makes one; see {@link RunningFeature}.
     *
     * @param addresses nodes to dial, with the id of the one that is to be there; empty if any may be
     * @param leaseNanos how long this process keeps its locks without renewing them
     */
    public ReplicationClient(
            FeatureContext context,
            Map<Address, String> addresses,
            LogClient.Limits limits,
            long leaseNanos,
            boolean storedByDefault) {
        this.context = context;
        this.addresses = new LinkedHashMap<>(addresses);
        this.client = new LogClient(context, limits);
        this.commands = storedByDefault ? new StoredByDefault(client) : client;
        RandomGenerator random = context.runtime().random();
        UUID process = new UUID(random.nextLong(), random.nextLong());
        this.locks = new LockClient(context, client, process, leaseNanos, limits.defaultTimeoutNanos());
    }

    @Override
    public void open() {}

    @Override
    public void start() {
        context.ready(false, "no master has been reached yet at " + addresses.keySet());
        client.onChange(() -> {
            status = new LogStatus(ReplicaRole.CLIENT, client.masterTerm(), client.masterId(), 0, 0, 0, 0, Map.of());
            context.ready(client.isReady(), client.isReady() ? "" : "no master is reached at this moment");
        });
        client.start(addresses, null);
    }

    @Override
    public Optional<RoleHolder> announcedMaster() {
        return Replica.holder(client.announcedMaster());
    }

    @Override
    public void onMaster(Runnable listener) {
        client.onMaster(listener);
    }

    @Override
    public boolean isMaster() {
        return false;
    }

    @Override
    public CompletionStage<Void> confirm(Bound bound, Duration limit) {
        return CompletableFuture.failedFuture(new NotAvailableException(
                context.node().id() + " is a client, and stores no state that could be " + bound));
    }

    @Override
    public Optional<String> logId() {
        return Optional.empty();
    }

    @Override
    public CompletionStage<StateCut> cut(Duration limit) {
        return CompletableFuture.failedFuture(
                new NotAvailableException(context.node().id() + " is a client, and stores no state to cut"));
    }

    @Override
    public StateContents contents() {
        return new StateReading(context.node().id());
    }

    @Override
    public CompletionStage<LogPart> logAfter(long index, int maxBytes, Duration limit) {
        return CompletableFuture.failedFuture(
                new NotAvailableException(context.node().id() + " is a client, and stores no log"));
    }

    @Override
    public long position() {
        return client.position();
    }

    @Override
    public Commands commands() {
        return commands;
    }

    @Override
    public LockClient locks() {
        return locks;
    }

    @Override
    public LogStatus status() {
        return status;
    }

    @Override
    public void stop(Runnable stopped) {
        locks.stop(() -> {
            client.stop();
            stopped.run();
        });
    }

    @Override
    public void close() {
        locks.abandon();
        client.abandon();
    }
}
