package io.holdfast.testkit;

import io.holdfast.testkit.LinearizabilityChecker.Verdict;
import io.holdfast.testkit.Operation.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The search for an order, by Wing and Gong (Testing and Verifying Concurrent Objects, 1993) as Lowe improved it
 * (Testing for linearizability, 2017): calls and answers stand in a list in their order; an operation whose call comes
 * before any answer may be next. It is taken out of the list with its answer and the search goes on from the front; if
 * an answer is met whose operation was not taken, the last choice is undone. Combinations of state and operations done
 * that were seen before lead nowhere new and are not looked at again.
 *
 * <p>An operation of unknown outcome has a call and no answer: it may be next at any time after its call, or never.
 *
 * @param <S> the model's state
 */
final class KeySearch<S> {

    /** A call, or the answer to one, in a doubly linked list. */
    private static final class Entry {
        final int operation;
        final @Nullable Entry answer; // null in answers, and in calls of unknown outcome
        final boolean isCall;

        @Nullable
        Entry before;

        @Nullable
        Entry after;

        Entry(int operation, boolean isCall, @Nullable Entry answer) {
            this.operation = operation;
            this.isCall = isCall;
            this.answer = answer;
        }

        void unlink() {
            if (before != null) {
                before.after = after;
            }
            if (after != null) {
                after.before = before;
            }
        }

        void relink() {
            if (before != null) {
                before.after = this;
            }
            if (after != null) {
                after.before = this;
            }
        }
    }

    private record Choice<S>(Entry call, S stateBefore) {}

    private record Configuration<S>(BitSet done, S state) {}

    private final Model<S> model;
    private final List<Operation> operations;
    private final int maxConfigurations;
    private final Entry head = new Entry(-1, false, null);
    private final Set<Configuration<S>> seen = new HashSet<>();
    private final Deque<Choice<S>> choices = new ArrayDeque<>();
    private final BitSet done = new BitSet();
    private int mustBeDone;

    KeySearch(Model<S> model, List<Operation> operations, int maxConfigurations) {
        this.model = model;
        this.operations = operations;
        this.maxConfigurations = maxConfigurations;
        buildList();
    }

    private record Placed(int order, Entry entry) {}

    private void buildList() {
        List<Placed> all = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            Entry answer = null;
            if (operation.outcome() == Outcome.OK) {
                mustBeDone++;
                answer = new Entry(i, false, null);
                all.add(new Placed(operation.endOrder(), answer));
            }
            all.add(new Placed(operation.startOrder(), new Entry(i, true, answer)));
        }
        all.sort(Comparator.comparingInt(Placed::order));
        Entry last = head;
        for (Placed placed : all) {
            last.after = placed.entry();
            placed.entry().before = last;
            last = placed.entry();
        }
    }

    Verdict run() {
        S state = model.initial();
        Entry entry = head.after;
        while (mustBeDone > 0) {
            if (entry != null && entry.isCall) {
                Optional<S> next = model.step(state, operations.get(entry.operation));
                if (next.isPresent() && isNew(entry, next.get())) {
                    if (seen.size() > maxConfigurations) {
                        return Verdict.UNDECIDED;
                    }
                    choices.push(new Choice<>(entry, state));
                    state = next.get();
                    take(entry);
                    entry = head.after;
                } else {
                    entry = entry.after;
                }
            } else {
                Choice<S> last = choices.poll();
                if (last == null) {
                    return Verdict.VIOLATION;
                }
                putBack(last.call());
                state = last.stateBefore();
                entry = last.call().after;
            }
        }
        return Verdict.LINEARIZABLE;
    }

    private boolean isNew(Entry call, S state) {
        BitSet then = (BitSet) done.clone();
        then.set(call.operation);
        return seen.add(new Configuration<>(then, state));
    }

    private void take(Entry call) {
        done.set(call.operation);
        call.unlink();
        Entry answer = call.answer;
        if (answer != null) {
            answer.unlink();
            mustBeDone--;
        }
    }

    private void putBack(Entry call) {
        Entry answer = call.answer;
        if (answer != null) {
            answer.relink();
            mustBeDone++;
        }
        call.relink();
        done.clear(call.operation);
    }
}
