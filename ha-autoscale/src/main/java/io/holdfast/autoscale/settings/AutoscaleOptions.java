package io.holdfast.autoscale.settings;

import io.holdfast.core.spi.Option;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What can be set of scaling. The same ranges and defaults hold for the methods of {@code Autoscaling}. */
public final class AutoscaleOptions {
    public static final Option<Integer> LEAST = Option.number(
                    "least", "how many nodes there are at least, those that others started among them; required")
            .within(1, 1_000);
    public static final Option<Integer> MOST =
            Option.number("most", "how many there are at most; required").within(1, 1_000);
    public static final Option<List<String>> LIST = Option.list(
            "command.list",
            "words",
            "the command that lists the nodes ([how](autoscaling-targets.md)); required, unless code gives a target");
    public static final Option<List<String>> START =
            Option.list("command.start", "words", "the command that starts nodes, with `{nodes}` or `{node}` in it");
    public static final Option<List<String>> STOP =
            Option.list("command.stop", "words", "the command that stops `{node}`");
    public static final Option<Map<String, String>> TARGETS = Option.pairs(
            "targets",
            "load=value",
            "what each load is to be on each node, such as `cpu=0.6`; of several the largest wish counts; required, unless code gives a policy");
    public static final Option<Map<String, String>> METERS = Option.pairs(
            "meters",
            "load=meter",
            "loads that are meters of the node's registry, such as `requests=http.server.requests`");
    public static final Option<Boolean> WITHOUT_JVM_LOADS =
            Option.flag("withoutJvmLoads", "tell nothing of the JVM, only `meters` and what code adds");
    public static final Option<Boolean> DRY_RUN = Option.flag("dryRun", "decide, show and tell, and do nothing");
    public static final Option<String> NODE_NAMES = Option.text(
                    "nodeNames", "what new nodes are called before their number, where the target takes names")
            .byDefault("node-")
            .allowed("1 to 48 letters, digits, dots, hyphens and underscores");
    public static final Option<Duration> DECISIONS = Option.duration("every.decisions", "how often it is decided")
            .byDefault(Duration.ofSeconds(5))
            .within(Duration.ofSeconds(1), Duration.ofMinutes(5));
    public static final Option<Duration> SAMPLES = Option.duration(
                    "every.samples", "how often each node tells its load")
            .byDefault(Duration.ofSeconds(2))
            .within(Duration.ofSeconds(1), Duration.ofMinutes(5));
    public static final Option<Duration> WARM_UP = Option.duration(
                    "warmUp", "for so long a node that serves is not counted")
            .byDefault(Duration.ofSeconds(30))
            .within(Duration.ZERO, Duration.ofMinutes(10));
    public static final Option<Duration> DRAIN_LEAST = Option.duration(
                    "drain.least", "a node that goes drains at least so long")
            .byDefault(Duration.ofSeconds(3))
            .within(Duration.ofSeconds(1), Duration.ofHours(1));
    public static final Option<Duration> DRAIN_MOST = Option.duration(
                    "drain.most",
                    "and at most so long, whatever is on its way still; a node that does not tell how many requests it has drains for this")
            .byDefault(Duration.ofSeconds(30))
            .within(Duration.ofSeconds(1), Duration.ofHours(1));
    public static final Option<Duration> START_WITHIN = Option.duration(
                    "startWithin", "a new node that does not serve by then is stopped, and another is started")
            .byDefault(Duration.ofMinutes(5))
            .within(Duration.ofSeconds(10), Duration.ofHours(1));
    public static final Option<Duration> AWAY_FOR = Option.duration(
                    "awayFor", "for so long the place of a node that died or was stopped is kept")
            .byDefault(Duration.ofMinutes(1))
            .within(Duration.ofSeconds(1), Duration.ofHours(1));

    private AutoscaleOptions() {}

    /** In the order in which they are shown. */
    static List<Option<?>> all() {
        return List.of(
                LEAST,
                MOST,
                LIST,
                START,
                STOP,
                TARGETS,
                METERS,
                WITHOUT_JVM_LOADS,
                DRY_RUN,
                NODE_NAMES,
                DECISIONS,
                SAMPLES,
                WARM_UP,
                DRAIN_LEAST,
                DRAIN_MOST,
                START_WITHIN,
                AWAY_FOR);
    }
}
