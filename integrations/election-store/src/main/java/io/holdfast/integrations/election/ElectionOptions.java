package io.holdfast.integrations.election;

import io.holdfast.core.spi.ConfigurableFeature.Values;
import io.holdfast.core.spi.Option;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What can be set by file and environment of an election on any store: its {@link ElectionTiming}. */
public final class ElectionOptions {
    private static final String FOLLOWS = "; follows from the lease by default";

    public static final Option<Duration> LEASE = Option.duration(
                    "lease",
                    "how long a grant lasts without being renewed, which is tried four times as often; the same on all nodes")
            .byDefault(ElectionTiming.standard().lease())
            .within(
                    Duration.ofMillis(ElectionTiming.LEAST_LEASE_MILLIS),
                    Duration.ofMillis(ElectionTiming.MOST_LEASE_MILLIS));
    public static final Option<Duration> CLOCK_DRIFT = Option.duration(
                    "clockDrift",
                    "by how much the nodes' clocks may differ while a lease lasts; the same on all nodes" + FOLLOWS
                            + ", a tenth of it")
            .allowed("1ms to less than the lease");
    public static final Option<Duration> REQUEST_TIMEOUT = Option.duration(
                    "requestTimeout",
                    "how long one request to the store may take" + FOLLOWS + ", a quarter of it, and at most 3s")
            .allowed("50ms to 3/8 of the lease");
    public static final Option<Duration> POLL = Option.duration(
                    "poll",
                    "how often the store is looked at where nothing tells of a change" + FOLLOWS
                            + ", a fifth of it, and at most 1s")
            .allowed("10ms to half the lease");
    public static final Option<Duration> CALM = Option.duration(
                    "calm", "for how long a node keeps a role before it gives it to a better one of its own accord")
            .byDefault(ElectionTiming.standard().calm())
            .within(Duration.ZERO, Duration.ofMillis(ElectionTiming.MOST_CALM_MILLIS));
    public static final Option<Integer> EPOCH = Option.number(
                    "epoch",
                    "the upper part of the tokens: raised by one on all nodes when the store's records were lost, or restored from"
                            + " an older state ([how](election.md#settings))")
            .byDefault(ElectionTiming.standard().epoch())
            .within(0, (int) Short.MAX_VALUE);

    private ElectionOptions() {}

    /** Those of one store, and after them these. */
    public static List<Option<?>> after(Option<?>... ofTheStore) {
        List<Option<?>> all = new ArrayList<>(List.of(ofTheStore));
        all.addAll(List.of(LEASE, CLOCK_DRIFT, REQUEST_TIMEOUT, POLL, CALM, EPOCH));
        return List.copyOf(all);
    }

    /** The times that were set, and the defaults for the others; {@link ElectionTiming#validate} is for the feature. */
    public static ElectionTiming timing(Values values) {
        return new ElectionTiming(
                values.given(LEASE).orElseGet(LEASE::orDefault),
                values.given(CLOCK_DRIFT).orElse(null),
                values.given(REQUEST_TIMEOUT).orElse(null),
                values.given(POLL).orElse(null),
                values.given(CALM).orElseGet(CALM::orDefault),
                values.given(EPOCH).orElseGet(EPOCH::orDefault));
    }
}
