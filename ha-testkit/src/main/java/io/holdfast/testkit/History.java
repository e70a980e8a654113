package io.holdfast.testkit;

import io.holdfast.testkit.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What clients did and saw, for a checker. A client notes each call before it makes it and each answer when it has it; a
 * call without an answer counts as one of unknown outcome. Belongs to one thread, as the simulation does.
 *
 * <pre>{@code
 * History.Call call = history.invoke(1, RegisterModel.PUT, "o-17", "v1");
 * map.putAsync("o-17", "v1").whenComplete((nothing, failure) -> {
 *     if (failure == null) call.ok(); else call.info();
 * });
 * }</pre>
 */
public final class History {
    private final LongSupplier nowNanos;
    private final List<Call> calls = new ArrayList<>();
    private int order;

    /** @param nowNanos the time of calls and answers: {@code simulation::nowNanos} */
    public History(LongSupplier nowNanos) {
        this.nowNanos = nowNanos;
    }

    /**
     * A client is about to call.
     *
     * @param process which client
     * @param function what, in the words of the {@link Model}
     * @param key on what
     * @param input with what; null if the function takes nothing but the key
     */
    public Call invoke(int process, String function, String key, @Nullable Object input) {
        Call call = new Call(process, function, key, input, nowNanos.getAsLong(), order++);
        calls.add(call);
        return call;
    }

    /** How many calls were noted. */
    public int size() {
        return calls.size();
    }

    /** How many of them have that outcome so far. */
    public int count(Outcome outcome) {
        return (int) calls.stream().filter(call -> call.outcome == outcome).count();
    }

    /** All calls, in their order. Those without an answer are of unknown outcome. */
    public List<Operation> operations() {
        return calls.stream().map(Call::operation).toList();
    }

    /** A call that was made. It gets at most one answer. */
    public final class Call {
        private final int process;
        private final String function;
        private final String key;
        private final @Nullable Object input;
        private final long startNanos;
        private final int startOrder;
        private Outcome outcome = Outcome.INFO;
        private @Nullable Object output;
        private boolean outputKnown;
        private boolean answered;
        private long endNanos = Long.MAX_VALUE;
        private int endOrder = Integer.MAX_VALUE;

        private Call(
                int process, String function, String key, @Nullable Object input, long startNanos, int startOrder) {
            this.process = process;
            this.function = function;
            this.key = key;
            this.input = input;
            this.startNanos = startNanos;
            this.startOrder = startOrder;
        }

        /** It took effect; what it returned is not looked at. */
        public void ok() {
            answer(Outcome.OK);
        }

        /** It took effect and returned this. */
        public void ok(@Nullable Object returned) {
            answer(Outcome.OK);
            output = returned;
            outputKnown = true;
        }

        /** It took no effect and never will. Only for what is certain: not for a time-out. */
        public void fail() {
            answer(Outcome.FAIL);
        }

        /** Nobody knows what became of it. */
        public void info() {
            answer(Outcome.INFO);
            endNanos = Long.MAX_VALUE;
            endOrder = Integer.MAX_VALUE;
        }

        private void answer(Outcome as) {
            if (answered) {
                throw new IllegalStateException("this call has been answered before: " + operation());
            }
            answered = true;
            outcome = as;
            endNanos = nowNanos.getAsLong();
            endOrder = order++;
        }

        private Operation operation() {
            return new Operation(
                    process,
                    function,
                    key,
                    input,
                    output,
                    outputKnown,
                    outcome,
                    startNanos,
                    endNanos,
                    startOrder,
                    endOrder);
        }
    }
}
