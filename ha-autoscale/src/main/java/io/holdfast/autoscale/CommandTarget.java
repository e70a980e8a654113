package io.holdfast.autoscale;

import io.holdfast.autoscale.Capabilities.Removal;
import io.holdfast.autoscale.target.CommandLine;
import io.holdfast.autoscale.target.CommandOrders;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Nodes that commands of yours start and stop:
 *
 * <pre>{@code
 * CommandTarget.list("fleet", "list", "shop")
 *         .start("fleet", "create", "--group", "shop", "--token", "{token}", "{nodes}")
 *         .stop("fleet", "delete", "{node}");
 * }</pre>
 *
 * <p>They are run without a shell: no quoting, no expansion, no pipes. In arguments stand
 *
 * <ul>
 *   <li><code>{nodes}</code>, the new nodes' names: an argument for each where it is an argument itself, else one text with commas;
 *   <li><code>{node}</code>, one name: a start with it is run once for each new node, in turn;
 *   <li><code>{size}</code>, how many instances there are to be then;
 *   <li><code>{action}</code>, which order that is: the same when it is tried again;
 *   <li><code>{token}</code>, the deciding node's {@linkplain io.holdfast.core.FencingToken#value() token} as a number: what remembers the highest is to refuse
 *       lower ones, with status 78.
 * </ul>
 *
 * The same are in the environment as {@code HOLDFAST_NODES}, {@code HOLDFAST_NODE} and so on.
 *
 * <p>Status 0 says that it is done; an order that has been carried out before is to be answered so, too, and so is a stop of what is not there. Status
 * 78 says that it will fail again until somebody changes something, and so do 126 and 127, by which shells say that a program is not there or may not be run; any other
 * that it may be tried again. The last lines of standard error
 * are in the exception. A command that takes longer than {@link #limit}, writes more than 1 MiB, or whose caller is
 * interrupted, is killed with all that it has started.
 *
 * <p>The list has a line for each instance: {@code NAME [STATE [DETAIL]]}, the state being one of {@code starting}, {@code running} (if there is none), {@code stopping}
 * and {@code failed}; empty lines and those that begin with {@code #} say nothing. Any other line makes the whole list a failure.
 *
 * <p>Immutable: each method returns a changed copy.
 */
public final class CommandTarget implements ScalingTarget {
    private static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);
    private static final Duration LONGEST_LIMIT = Duration.ofHours(1);

    private final CommandOrders orders;

    private CommandTarget(CommandOrders orders) {
        this.orders = orders;
    }

    /** The command that lists what there is; to be followed by {@link Listing#start}. */
    public static Listing list(String... command) {
        return new Listing(new CommandLine("list", List.of(command), Set.of()));
    }

    /** A target of which is known how to list. */
    public static final class Listing {
        private final CommandLine list;

        private Listing(CommandLine list) {
            this.list = list;
        }

        /** The command that starts new nodes; to be followed by {@link Starting#stop}. */
        public Starting start(String... command) {
            return new Starting(
                    list,
                    new CommandLine("start", List.of(command), Set.of("node", "nodes", "size", "action", "token")));
        }
    }

    /** A target of which is known how to list and to start. */
    public static final class Starting {
        private final CommandLine list;
        private final CommandLine start;

        private Starting(CommandLine list, CommandLine start) {
            this.list = list;
            this.start = start;
        }

        /** The command that stops a node. */
        public CommandTarget stop(String... command) {
            CommandLine stop = new CommandLine("stop", List.of(command), Set.of("node", "size", "action", "token"));
            return new CommandTarget(new CommandOrders(
                    "command", new Capabilities(true, Removal.ANY, false), list, start, stop, Map.of(), DEFAULT_LIMIT));
        }
    }

    /** A word for messages; {@code command} by default. */
    public CommandTarget named(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name is empty");
        }
        return with(name, orders.capabilities(), orders.environment(), orders.limit());
    }

    /** Says that new nodes get names from what the commands talk to, so that the start is given none. */
    public CommandTarget givesNames() {
        for (String word : List.of("node", "nodes")) {
            if (orders.starting().has(word)) {
                throw new IllegalArgumentException(
                        "the command to start has {" + word + "}, and there is none where the target gives the names");
            }
        }
        return with(
                orders.name(),
                new Capabilities(false, orders.capabilities().removal(), false),
                orders.environment(),
                orders.limit());
    }

    /** Whom it can stop: any by default. */
    public CommandTarget removes(Removal removal) {
        return with(
                orders.name(),
                new Capabilities(orders.capabilities().takesNames(), removal, false),
                orders.environment(),
                orders.limit());
    }

    /** Sets a variable of the commands' environment, such as a password: arguments any user of the machine may see. */
    public CommandTarget environment(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(orders.environment());
        more.put(name, value);
        return with(orders.name(), orders.capabilities(), Map.copyOf(more), orders.limit());
    }

    /** How long each run may take, more than 0, up to 1 h; 2 min by default. */
    public CommandTarget limit(Duration longest) {
        if (longest.isNegative() || longest.isZero() || longest.compareTo(LONGEST_LIMIT) > 0) {
            throw new IllegalArgumentException("a limit of " + longest + "; it must be up to " + LONGEST_LIMIT);
        }
        return with(orders.name(), orders.capabilities(), orders.environment(), longest);
    }

    private CommandTarget with(
            String name, Capabilities capabilities, Map<String, String> environment, Duration limit) {
        return new CommandTarget(new CommandOrders(
                name, capabilities, orders.list(), orders.starting(), orders.stopping(), environment, limit));
    }

    @Override
    public String name() {
        return orders.name();
    }

    @Override
    public Capabilities capabilities() {
        return orders.capabilities();
    }

    @Override
    public List<Instance> instances() throws ScalingTargetException, InterruptedException {
        return orders.instances();
    }

    @Override
    public void start(StartOrder order) throws ScalingTargetException, InterruptedException {
        orders.start(order);
    }

    @Override
    public void stop(StopOrder order) throws ScalingTargetException, InterruptedException {
        orders.stop(order);
    }

    @Override
    public String toString() {
        return orders.name() + " (" + orders.list() + ")";
    }
}
