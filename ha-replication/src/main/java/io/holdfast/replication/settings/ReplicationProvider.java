package io.holdfast.replication.settings;

import static io.holdfast.replication.settings.ReplicationOptions.ACKNOWLEDGED;
import static io.holdfast.replication.settings.ReplicationOptions.AUTOPILOT;
import static io.holdfast.replication.settings.ReplicationOptions.AUTOPILOT_REPLACE_AFTER;
import static io.holdfast.replication.settings.ReplicationOptions.AUTOPILOT_VOTERS;
import static io.holdfast.replication.settings.ReplicationOptions.BOOTSTRAP;
import static io.holdfast.replication.settings.ReplicationOptions.CLIENT;
import static io.holdfast.replication.settings.ReplicationOptions.DIRECTORY;
import static io.holdfast.replication.settings.ReplicationOptions.ELECTION_TIMEOUT;
import static io.holdfast.replication.settings.ReplicationOptions.FAST;
import static io.holdfast.replication.settings.ReplicationOptions.HEARTBEAT;
import static io.holdfast.replication.settings.ReplicationOptions.HEARTBEATS_OF_A_TIMEOUT;
import static io.holdfast.replication.settings.ReplicationOptions.JOIN;
import static io.holdfast.replication.settings.ReplicationOptions.LEASE_READS;
import static io.holdfast.replication.settings.ReplicationOptions.MAX_ENTRY_BYTES;
import static io.holdfast.replication.settings.ReplicationOptions.MAX_IN_FLIGHT;
import static io.holdfast.replication.settings.ReplicationOptions.ROLE_LEASE;
import static io.holdfast.replication.settings.ReplicationOptions.SEGMENT_BYTES;
import static io.holdfast.replication.settings.ReplicationOptions.SNAPSHOT_AGE;
import static io.holdfast.replication.settings.ReplicationOptions.SNAPSHOT_BYTES;
import static io.holdfast.replication.settings.ReplicationOptions.TIMEOUT;
import static io.holdfast.replication.settings.ReplicationOptions.UNFORCED;

import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Option;
import io.holdfast.replication.LogReplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** Makes replication of what a file and the environment say; found by {@link java.util.ServiceLoader}. */
public final class ReplicationProvider implements ConfigurableFeature {

    @Override
    public String name() {
        return "replication";
    }

    @Override
    public List<Option<?>> options() {
        return ReplicationOptions.all();
    }

    @Override
    public HaFeature create(Values values) {
        for (Option<?> ofNodes : List.of(DIRECTORY, BOOTSTRAP, JOIN)) {
            if (values.given(CLIENT).isPresent() && values.given(ofNodes).isPresent()) {
                values.refuse(values.name(CLIENT) + " and " + values.name(ofNodes)
                        + " contradict each other: a client stores no log and forms no cluster; leave one of them out");
            }
        }
        if (values.given(BOOTSTRAP).isPresent() && values.given(JOIN).isPresent()) {
            values.refuse(values.name(BOOTSTRAP) + " and " + values.name(JOIN)
                    + " contradict each other: a node forms a cluster or joins one; leave one of them out");
        }
        boolean fast = values.given(FAST).orElse(false);
        for (Option<?> timing : List.of(HEARTBEAT, ELECTION_TIMEOUT)) {
            if (fast && values.given(timing).isPresent()) {
                values.refuse(values.name(FAST) + " and " + values.name(timing)
                        + " contradict each other: the fast profile sets both times; leave one of them out");
            }
        }
        Duration heartbeat = values.given(HEARTBEAT).orElseGet(HEARTBEAT::orDefault);
        Duration electionTimeout = values.given(ELECTION_TIMEOUT).orElseGet(ELECTION_TIMEOUT::orDefault);
        if (electionTimeout.compareTo(heartbeat.multipliedBy(HEARTBEATS_OF_A_TIMEOUT)) < 0) {
            values.refuse(values.name(ELECTION_TIMEOUT) + ": " + electionTimeout.toMillis() + "ms is less than "
                    + HEARTBEATS_OF_A_TIMEOUT + " heartbeats of " + heartbeat.toMillis() + "ms; write for example "
                    + heartbeat.toMillis() * 10 + "ms, or a shorter " + values.name(HEARTBEAT));
        }
        LogReplication log = begun(values);
        if (fast) {
            log = log.fast();
        } else {
            log = log.timing(heartbeat, electionTimeout);
        }
        log = log.snapshots(
                values.given(SNAPSHOT_BYTES).orElseGet(SNAPSHOT_BYTES::orDefault),
                values.given(SNAPSHOT_AGE).orElseGet(SNAPSHOT_AGE::orDefault));
        log = values.given(UNFORCED).orElse(false) ? log.unforced() : log;
        log = values.given(LEASE_READS).orElse(false) ? log.leaseReads() : log;
        log = with(log, values.given(ACKNOWLEDGED), LogReplication::acknowledged);
        log = with(log, values.given(TIMEOUT), LogReplication::timeout);
        log = with(log, values.given(MAX_IN_FLIGHT), LogReplication::maxInFlight);
        log = with(log, values.given(MAX_ENTRY_BYTES).map(Math::toIntExact), LogReplication::maxEntryBytes);
        log = with(log, values.given(SEGMENT_BYTES).map(Math::toIntExact), LogReplication::segmentBytes);
        log = with(log, values.given(ROLE_LEASE), LogReplication::roleLease);
        log = with(log, values.given(AUTOPILOT), LogReplication::autopilot);
        log = with(log, values.given(AUTOPILOT_REPLACE_AFTER), LogReplication::autopilotReplaceAfter);
        return with(log, values.given(AUTOPILOT_VOTERS), LogReplication::autopilotVoters);
    }

    private static LogReplication begun(Values values) {
        Optional<List<String>> addresses = values.given(CLIENT);
        if (addresses.isPresent()) {
            return LogReplication.client(addresses.get().toArray(String[]::new));
        }
        Optional<Path> directory = values.given(DIRECTORY);
        if (directory.isEmpty()) {
            throw new IllegalArgumentException(values.name(DIRECTORY) + " is missing; write for example "
                    + values.name(DIRECTORY) + "=/var/lib/shop, or on a client " + values.name(CLIENT)
                    + "=10.0.0.1:7400");
        }
        Optional<List<String>> seeds = values.given(JOIN);
        if (seeds.isPresent()) {
            return LogReplication.inDirectory(directory.get()).join(seeds.get().toArray(String[]::new));
        }
        String[] voters = values.given(BOOTSTRAP).orElse(List.of()).toArray(String[]::new);
        return LogReplication.inDirectory(directory.get()).bootstrap(voters);
    }

    private static <T> LogReplication with(
            LogReplication log, Optional<T> value, BiFunction<LogReplication, T, LogReplication> method) {
        return value.map(set -> method.apply(log, set)).orElse(log);
    }
}
