package io.holdfast.verification.scaling;

import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Capabilities.Removal;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.testkit.Simulation;
import io.holdfast.verification.scaling.ScalingOptions.AfterExit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Starts and stops simulated nodes, which takes virtual seconds, and fails in all the ways in which targets fail. It remembers the highest
 * token, as the contract wants. What it is asked to do is shown to the {@link OrderChecks} first.
 */
final class SimulatedTarget {
    /** What it does wrong at present. */
    enum Trouble {
        /** It does nothing, and says so. */
        FAILS,
        /** It does half of what was ordered, and says that it failed. */
        HALF,
        /** It does all, and says that it failed. */
        LIES,
        /** It does not say what there is. */
        BLIND,
        /** It leaves some out when it says what there is. */
        HIDES,
        /** What it starts ends at once. */
        DIES,
        /** What it starts never begins to run, although it says so. */
        STUCK,
        /** It says that an order would fail again. */
        REFUSES
    }

    /** What it starts and stops. */
    interface Machines {
        /** @param fresh true if it is another machine of that name */
        void start(String node, boolean fresh);

        /** Ends its process, if there is one. */
        void stop(String node);

        boolean runs(String node);
    }

    private static final class Machine {
        final String node;
        State state;
        String detail = "";
        /** True once it is sure to fail in a moment. */
        boolean doomed;
        /** Rises with each change: what was planned before is not done. */
        int version;

        Machine(String node, State state) {
            this.node = node;
            this.state = state;
        }

        void become(State next, String why) {
            state = next;
            detail = why;
            doomed = false;
            version++;
        }
    }

    private final Simulation simulation;
    private final ScalingOptions options;
    private final Machines machines;
    private final OrderChecks checks;
    private final SplittableRandom random;
    private final Map<String, Machine> all = new TreeMap<>();
    private @Nullable Trouble trouble;
    private long highest;
    private int named;
    private int started;
    private int stopped;
    private int refused;
    private boolean calm;

    SimulatedTarget(Simulation simulation, ScalingOptions options, Machines machines, OrderChecks checks) {
        this.simulation = simulation;
        this.options = options;
        this.machines = machines;
        this.checks = checks;
        this.random = simulation.random("target");
    }

    /** It has this one from the beginning. */
    void has(String node) {
        all.put(node, new Machine(node, State.RUNNING));
        named++;
    }

    /** From now on, until it is null. */
    void trouble(@Nullable Trouble next) {
        trouble = next;
    }

    /** Nothing goes wrong any more, and whatever does not run is started soon or has failed. */
    void calm() {
        calm = true;
        trouble = null;
    }

    /** By hand, where nobody can order it any more. */
    void startFailed() {
        for (Machine machine : all.values()) {
            if (machine.state == State.FAILED) {
                machine.become(State.STARTING, "");
                begin(machine, false);
            }
        }
    }

    int started() {
        return started;
    }

    int stopped() {
        return stopped;
    }

    /** How many orders it refused that came too late. */
    int refused() {
        return refused;
    }

    boolean has(String node, State state) {
        Machine machine = all.get(node);
        return machine != null && machine.state == state;
    }

    /** True if it ended by itself and is not started again unless that is ordered, or will in a moment. */
    boolean hasLost(String node) {
        Machine machine = all.get(node);
        return machine != null && (machine.state == State.FAILED || machine.doomed);
    }

    boolean knows(String node) {
        return all.containsKey(node);
    }

    /** Who is to run, or runs still. */
    List<String> present() {
        return all.values().stream()
                .filter(m -> m.state == State.STARTING || m.state == State.RUNNING || machines.runs(m.node))
                .map(m -> m.node)
                .toList();
    }

    /** Of failed ones it is expected that they run again where nobody can name them. */
    private long size() {
        return all.values().stream()
                .filter(m -> m.state != State.STOPPING && !(options.target().takesNames() && m.state == State.FAILED))
                .count();
    }

    /** As one node reaches it. */
    ScalingTarget seenFrom(String caller) {
        return new Seen(caller);
    }

    private final class Seen implements ScalingTarget {
        private final String caller;

        Seen(String caller) {
            this.caller = caller;
        }

        @Override
        public String name() {
            return "simulated";
        }

        @Override
        public Capabilities capabilities() {
            return options.target();
        }

        @Override
        public List<Instance> instances() throws ScalingTargetException {
            if (trouble == Trouble.BLIND) {
                throw ScalingTargetException.passing("nobody answers", null);
            }
            List<Instance> shown = new ArrayList<>();
            for (Machine machine : all.values()) {
                if (trouble != Trouble.HIDES || random.nextInt(3) > 0) {
                    shown.add(new Instance(machine.node, machine.state, machine.detail));
                } else {
                    checks.hidden();
                }
            }
            return shown;
        }

        @Override
        public void start(StartOrder order) throws ScalingTargetException {
            accept(order.token().value());
            checks.startOrdered(caller, order);
            mayFail();
            List<String> missing = options.target().takesNames() ? order.nodes() : missing(order.size());
            int many = trouble == Trouble.HALF ? (missing.size() + 1) / 2 : missing.size();
            for (String node : missing.subList(0, many)) {
                create(node);
            }
            checks.started();
            if (trouble == Trouble.HALF || trouble == Trouble.LIES) {
                throw ScalingTargetException.passing("it broke off after " + many + " of " + missing.size(), null);
            }
        }

        @Override
        public void stop(StopOrder order) throws ScalingTargetException {
            accept(order.token().value());
            mayFail();
            Machine machine = all.get(order.node());
            if (machine == null || machine.state == State.STOPPING) {
                return;
            }
            if (options.target().removal() == Removal.HIGHEST_ORDINAL && !isHighest(machine)) {
                throw ScalingTargetException.lasting(order.node() + " is not the last one", null);
            }
            checks.stopOrdered(caller, order, size() - 1);
            stopped++;
            remove(machine);
            if (trouble == Trouble.LIES || trouble == Trouble.HALF) {
                throw ScalingTargetException.passing("it did not hear the answer", null);
            }
        }

        private void mayFail() throws ScalingTargetException {
            if (trouble == Trouble.FAILS) {
                throw ScalingTargetException.passing("it cannot now", null);
            }
            if (trouble == Trouble.REFUSES) {
                throw ScalingTargetException.lasting("the quota is used up", null);
            }
        }
    }

    private void accept(long token) throws ScalingTargetException {
        if (token < highest) {
            refused++;
            throw ScalingTargetException.lasting("the order is older than another one", null);
        }
        highest = token;
    }

    private boolean isHighest(Machine machine) {
        return all.values().stream()
                .filter(m -> m.state != State.STOPPING)
                .allMatch(m -> ordinal(m.node) <= ordinal(machine.node));
    }

    private static int ordinal(String node) {
        return Integer.parseInt(node.substring(node.lastIndexOf('-') + 1));
    }

    /** Whom it starts to have so many. */
    private List<String> missing(int size) {
        List<String> names = new ArrayList<>();
        boolean ordinals = options.target().removal() == Removal.HIGHEST_ORDINAL;
        for (long have = size(); have + names.size() < size; ) {
            int number = ordinals ? 1 : named + 1;
            while (all.containsKey(options.names() + number) || names.contains(options.names() + number)) {
                number++;
            }
            names.add(options.names() + number);
            named = Math.max(named, number);
        }
        return names;
    }

    private void create(String node) throws ScalingTargetException {
        Machine machine = all.get(node);
        if (machine == null) {
            checks.created(node, machines.runs(node));
            machine = new Machine(node, State.STARTING);
            all.put(node, machine);
            started++;
            begin(machine, true);
        } else if (machine.state == State.FAILED) {
            machine.become(State.STARTING, "");
            started++;
            begin(machine, false);
        } else if (machine.state == State.STOPPING) {
            throw ScalingTargetException.passing(node + " is being stopped", null);
        }
    }

    /** @param made true if it has not run before */
    private void begin(Machine machine, boolean made) {
        int millis = calm || random.nextInt(6) > 0 ? 500 + random.nextInt(6_000) : 5_000 + random.nextInt(20_000);
        boolean dies = trouble == Trouble.DIES;
        boolean stuck = made && trouble == Trouble.STUCK;
        later(machine, millis, () -> {
            machine.become(State.RUNNING, "");
            if (stuck) {
                hangs(machine);
                return;
            }
            machines.start(machine.node, made && !options.keepsDisks());
            if (dies) {
                machine.doomed = true;
                later(machine, 1 + random.nextInt(1_500), () -> {
                    checks.strikes(machine.node);
                    machines.stop(machine.node);
                    fail(machine, "it ended with 1");
                });
            }
        });
    }

    /** It never begins to run. Whoever names its nodes itself watches over them, too. */
    private void hangs(Machine machine) {
        if (!options.target().takesNames()) {
            later(machine, 20_000 + random.nextInt(20_000), () -> fail(machine, "it did not begin to run"));
        }
    }

    private void fail(Machine machine, String why) {
        machine.become(State.FAILED, why);
        if (!options.target().takesNames()) {
            restart(machine);
        }
    }

    private void restart(Machine machine) {
        later(machine, 500 + random.nextInt(calm ? 2_000 : 10_000), () -> {
            machine.become(State.STARTING, "");
            begin(machine, false);
        });
    }

    private void later(Machine machine, int millis, Runnable task) {
        int version = machine.version;
        simulation.at(Duration.ofMillis(millis), () -> {
            if (machine.version == version && all.get(machine.node) == machine) {
                task.run();
            }
        });
    }

    private void remove(Machine machine) {
        machine.become(State.STOPPING, "");
        int grace = random.nextBoolean() ? 1 : 1 + random.nextInt(3_000);
        later(machine, grace, () -> {
            machines.stop(machine.node);
            later(machine, 1 + random.nextInt(2_000), () -> all.remove(machine.node));
        });
    }

    /**
     * A fault has ended its process.
     *
     * @param forGood true if nobody starts it anew unless that is ordered
     */
    void died(String node, boolean forGood) {
        Machine machine = all.get(node);
        if (machine == null || machine.state != State.RUNNING) {
            return; // it is being stopped, and that goes on
        }
        if (forGood && options.target().takesNames()) {
            fail(machine, "it was killed");
        } else {
            later(machine, 300 + random.nextInt(8_000), () -> machines.start(machine.node, false));
        }
    }

    /** Its process has ended by itself, after it had left. */
    void exited(String node) {
        Machine machine = all.get(node);
        if (machine == null || machine.state != State.RUNNING) {
            return;
        }
        switch (options.afterExit()) {
            case FORGETS -> all.remove(node);
            case KEEPS -> {}
            case FAILED -> fail(machine, "it ended with 0");
            case RESTARTS -> later(machine, 4_000 + random.nextInt(10_000), () -> machines.start(node, false));
        }
    }

    /** What it has, for a failure's report. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(trouble == null ? "target:" : "target (" + trouble + "):");
        all.values().forEach(m -> text.append(' ').append(m.node).append(' ').append(m.state));
        return text.append(options.afterExit() == AfterExit.FORGETS ? "" : "; after an exit it " + options.afterExit())
                .toString();
    }
}
