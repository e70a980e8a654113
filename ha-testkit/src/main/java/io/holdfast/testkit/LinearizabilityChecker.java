package io.holdfast.testkit;

import io.holdfast.testkit.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Says whether a history is linearizable (Herlihy and Wing, 1990): whether each operation can be thought to have taken
 * effect at one instant between its call and its answer, so that the model would have given the same answers. Each key
 * is searched by itself, since a history is linearizable exactly if that of each object is; see {@link KeySearch} for
 * the search.
 *
 * @param <S> the model's state
 */
public final class LinearizabilityChecker<S> {
    private static final int DEFAULT_MAX_CONFIGURATIONS = 1_000_000;

    private final Model<S> model;
    private final int maxConfigurations;

    /** What a check found. */
    public enum Verdict {
        /** An order exists that explains everything. */
        LINEARIZABLE,
        /** None exists: something was lost, stale, doubled or made up. */
        VIOLATION,
        /** The search was given up at its bound. Says nothing, in either direction. */
        UNDECIDED
    }

    /**
     * A verdict and its reason.
     *
     * @param verdict what was found
     * @param key the offending or undecided key; empty if there is none
     * @param report for people: the smallest part of the key's history that has no explanation; empty if there is one
     */
    public record Result(Verdict verdict, String key, String report) {
        /** True if an order exists that explains everything. */
        public boolean isLinearizable() {
            return verdict == Verdict.LINEARIZABLE;
        }
    }

    /** A checker that looks at no more than a million configurations of a key. */
    public LinearizabilityChecker(Model<S> model) {
        this(model, DEFAULT_MAX_CONFIGURATIONS);
    }

    /**
     * A checker with a bound of its own.
     *
     * @param maxConfigurations how many combinations of state and operations done may be looked at for each key; at
     *     least 1
     */
    public LinearizabilityChecker(Model<S> model, int maxConfigurations) {
        if (maxConfigurations < 1) {
            throw new IllegalArgumentException("maxConfigurations is " + maxConfigurations + "; it must be at least 1");
        }
        this.model = model;
        this.maxConfigurations = maxConfigurations;
    }

    /** Checks a history. A violation of any key outweighs that another one is undecided. */
    public Result check(History history) {
        return check(history.operations());
    }

    /** Checks operations, in any order. */
    public Result check(List<Operation> operations) {
        Map<String, List<Operation>> byKey = new TreeMap<>();
        for (Operation operation : operations) {
            if (operation.outcome() != Outcome.FAIL) {
                byKey.computeIfAbsent(operation.key(), key -> new ArrayList<>()).add(operation);
            }
        }
        Result undecided = null;
        for (Map.Entry<String, List<Operation>> each : byKey.entrySet()) {
            Verdict verdict = search(each.getValue());
            if (verdict == Verdict.VIOLATION) {
                return new Result(verdict, each.getKey(), report(each.getKey(), smallest(each.getValue())));
            }
            if (verdict == Verdict.UNDECIDED && undecided == null) {
                undecided = new Result(
                        verdict,
                        each.getKey(),
                        "key " + each.getKey() + ": given up after " + maxConfigurations + " configurations of "
                                + each.getValue().size() + " operations");
            }
        }
        return undecided == null ? new Result(Verdict.LINEARIZABLE, "", "") : undecided;
    }

    private Verdict search(List<Operation> ofOneKey) {
        return new KeySearch<>(model, model.relevant(ofOneKey), maxConfigurations).run();
    }

    /** The shortest beginning that is a violation, and of that only the reads that are needed. */
    private List<Operation> smallest(List<Operation> ofOneKey) {
        List<Integer> ends = ofOneKey.stream()
                .filter(operation -> operation.outcome() == Outcome.OK)
                .map(Operation::endOrder)
                .sorted()
                .toList();
        int good = -1;
        int bad = ends.size() - 1;
        while (bad - good > 1) {
            int middle = (good + bad) >>> 1;
            if (search(until(ofOneKey, ends.get(middle))) == Verdict.VIOLATION) {
                bad = middle;
            } else {
                good = middle;
            }
        }
        List<Operation> left = new ArrayList<>(model.relevant(until(ofOneKey, ends.get(bad))));
        for (Operation operation : List.copyOf(left)) {
            if (model.readsOnly(operation)) {
                List<Operation> without = new ArrayList<>(left);
                without.remove(operation);
                if (search(without) == Verdict.VIOLATION) {
                    left = without;
                }
            }
        }
        return left;
    }

    /** What was known when the answer of that order had just come. */
    private static List<Operation> until(List<Operation> operations, int order) {
        return operations.stream()
                .filter(operation -> operation.startOrder() < order)
                .map(operation -> operation.endOrder() <= order ? operation : operation.withoutAnswer())
                .toList();
    }

    private String report(String key, List<Operation> operations) {
        return operations.stream()
                .sorted((a, b) -> Integer.compare(a.startOrder(), b.startOrder()))
                .map(operation -> "  " + operation)
                .collect(Collectors.joining(
                        "\n",
                        "key " + key + ": no order of these operations explains what they returned, from "
                                + model.initial() + "\n",
                        ""));
    }
}
