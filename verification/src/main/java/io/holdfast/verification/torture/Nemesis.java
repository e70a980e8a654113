package io.holdfast.verification.torture;

import io.holdfast.verification.process.Waiting;
import io.holdfast.verification.torture.FaultPlan.Step;
import io.holdfast.verification.torture.FaultPlan.Window;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Carries a {@link FaultPlan} out. For one thread. */
final class Nemesis {
    private interface Act {
        void run() throws IOException;
    }

    private record Due(long atMillis, String what, Act act) {}

    private final TortureCluster cluster;
    private final Consumer<String> diary;
    private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
    private int onMaster;

    Nemesis(TortureCluster cluster, Consumer<String> diary) {
        this.cluster = cluster;
        this.diary = diary;
    }

    /** How often each fault was begun. */
    Map<Fault, Integer> counts() {
        return counts;
    }

    /** How many struck who was the master. */
    int onMaster() {
        return onMaster;
    }

    /** Runs a window from its begin to its end, when all that it did is undone. */
    void run(Window window) throws IOException {
        List<String> order = order();
        List<Due> timeline = new ArrayList<>();
        for (Step step : window.steps()) {
            add(timeline, step, order);
        }
        timeline.sort(Comparator.comparingLong(Due::atMillis));
        long begin = System.nanoTime();
        diary.accept("window " + window.number() + (window.majority() ? ", a majority" : "") + ": master "
                + (order.isEmpty() ? "?" : order.get(0)));
        IOException problem = null;
        for (Due due : timeline) {
            Waiting.until(begin + due.atMillis() * 1_000_000);
            diary.accept(due.what());
            try {
                due.act().run();
            } catch (IOException e) {
                problem = e; // the rest must be undone all the same
            }
        }
        heal();
        if (problem != null) {
            throw problem;
        }
    }

    /** Starts again whatever does not run or has failed, and wakes what stands still. */
    void heal() throws IOException {
        for (String id : cluster.ids()) {
            cluster.goOn(id);
            TortureProcess process = cluster.process(id);
            if (process != null && process.isAlive() && process.mayFail()) {
                cluster.kill(id);
            }
            if (!cluster.isRunning(id) && (process == null || !process.diedByItself())) {
                cluster.start(id, false);
            }
        }
    }

    /** The master first, the others as they are. */
    private List<String> order() throws IOException {
        List<String> order = new ArrayList<>(cluster.ids());
        cluster.master().ifPresent(master -> {
            order.remove(master);
            order.add(0, master);
        });
        return order;
    }

    private void add(List<Due> timeline, Step step, List<String> order) {
        String victim = order.get(step.victim());
        String what = step.fault() + " " + victim + (step.amount() == 0 ? "" : " " + step.amount()) + " for "
                + step.forMillis() + " ms";
        Rule rule = rule(step, order);
        Act begin = rule != null ? () -> cluster.network().add(rule) : begin(step, victim);
        Act end = rule != null ? () -> cluster.network().remove(rule) : end(step, victim);
        timeline.add(new Due(step.atMillis(), what, () -> {
            counts.merge(step.fault(), 1, Integer::sum);
            onMaster += step.victim() == 0 ? 1 : 0;
            begin.run();
        }));
        timeline.add(new Due(step.endMillis(), "end of " + step.fault() + " " + victim, end));
        if (step.fault() == Fault.FLAP && rule != null) {
            flap(timeline, step, victim, rule);
        }
    }

    private void flap(List<Due> timeline, Step step, String victim, Rule rule) {
        boolean cut = true;
        for (long at = step.atMillis() + step.amount(); at < step.endMillis(); at += step.amount()) {
            boolean now = !cut;
            timeline.add(new Due(at, (now ? "cut " : "back ") + victim, () -> {
                if (now) {
                    cluster.network().add(rule);
                } else {
                    cluster.network().remove(rule);
                }
            }));
            cut = now;
        }
    }

    private Act begin(Step step, String victim) {
        return switch (step.fault()) {
            case KILL -> () -> cluster.kill(victim);
            case STOP -> () -> cluster.stop(victim);
            case SLOW_DISK -> () -> cluster.tell(victim, "disk slow " + step.amount());
            case FULL_DISK -> () -> cluster.tell(victim, "disk full");
            case FAILING_DISK ->
                () -> {
                    TortureProcess process = cluster.process(victim);
                    if (process != null) {
                        process.allowFailure();
                    }
                    cluster.tell(victim, "disk failing");
                };
            case CLOCK_RATE -> () -> cluster.tell(victim, "clock rate " + (1 + step.amount() / 1000.0));
            case WALL_CLOCK -> () -> cluster.tell(victim, "clock wall " + step.amount() * 60_000);
            default -> throw new IllegalStateException("a fault of links: " + step.fault());
        };
    }

    private Act end(Step step, String victim) {
        return switch (step.fault()) {
            case KILL ->
                () -> {
                    if (!cluster.isRunning(victim)) {
                        cluster.start(victim, step.amount() == 1);
                    }
                };
            case STOP -> () -> cluster.goOn(victim);
            case SLOW_DISK, FULL_DISK -> () -> cluster.tell(victim, "disk ok");
            case FAILING_DISK ->
                () -> {
                    cluster.kill(victim);
                    cluster.start(victim, false);
                };
            case CLOCK_RATE -> () -> cluster.tell(victim, "clock rate 1");
            case WALL_CLOCK -> () -> cluster.tell(victim, "clock wall 0");
            default -> throw new IllegalStateException("a fault of links: " + step.fault());
        };
    }

    /** What it does to the links; null if nothing. */
    private @Nullable Rule rule(Step step, List<String> order) {
        String victim = order.get(step.victim());
        Map<String, Boolean> nodes = new HashMap<>();
        order.forEach(node -> nodes.put(node, true));
        return switch (step.fault()) {
            case CUT, FLAP -> (from, to) -> from.equals(victim) || to.equals(victim) ? Rule.Way.REFUSED : null;
            case SILENCE -> (from, to) -> from.equals(victim) || to.equals(victim) ? Rule.Way.BLOCKED : null;
            case CUT_FROM_NODES ->
                (from, to) ->
                        (from.equals(victim) && nodes.containsKey(to)) || (to.equals(victim) && nodes.containsKey(from))
                                ? Rule.Way.BLOCKED
                                : null;
            case MUTE -> (from, to) -> from.equals(victim) ? Rule.Way.BLOCKED : null;
            case DEAF -> (from, to) -> to.equals(victim) ? Rule.Way.BLOCKED : null;
            case ONE_LINK -> {
                String other = order.get((int) ((step.victim() + step.amount()) % order.size()));
                yield (from, to) ->
                        (from.equals(victim) && to.equals(other)) || (from.equals(other) && to.equals(victim))
                                ? Rule.Way.BLOCKED
                                : null;
            }
            case CUT_FROM_CLIENTS ->
                (from, to) -> to.equals(victim) && !nodes.containsKey(from) ? Rule.Way.REFUSED : null;
            case DELAY -> {
                Rule.Way slow = Rule.Way.delayed(step.amount() * 1_000_000, step.amount() * 1_000_000);
                yield (from, to) -> from.equals(victim) || to.equals(victim) ? slow : null;
            }
            case THROTTLE -> {
                Rule.Way slow = Rule.Way.throttled(step.amount() * 1_000);
                yield (from, to) -> from.equals(victim) || to.equals(victim) ? slow : null;
            }
            default -> null;
        };
    }
}
