package io.holdfast.testkit;

import io.holdfast.testkit.Operation.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key of a map: it holds a value or none. {@link #GET} returns it; {@link #PUT} sets it and {@link #REMOVE} clears it,
 * both returning what was there before, if that is noted; {@link #CAS} takes a {@link Swap} and returns whether it
 * swapped. Values are compared by {@code equals}; null stands for none.
 */
public final class RegisterModel implements Model<Optional<Object>> {
    /** Returns the value. */
    public static final String GET = "get";

    /** Sets the value to the input. */
    public static final String PUT = "put";

    /** Clears the value. */
    public static final String REMOVE = "remove";

    /** Sets the value if it is the expected one. */
    public static final String CAS = "cas";

    /** Holds nothing. */
    public RegisterModel() {}

    /**
     * The input of {@link #CAS}.
     *
     * @param expected what has to be there; null for none
     * @param update what is there afterwards; null for none
     */
    public record Swap(@Nullable Object expected, @Nullable Object update) {
        @Override
        public String toString() {
            return expected + " to " + update;
        }
    }

    @Override
    public Optional<Object> initial() {
        return Optional.empty();
    }

    @Override
    public Optional<Optional<Object>> step(Optional<Object> state, Operation operation) {
        Object before = state.orElse(null);
        return switch (operation.function()) {
            case GET -> next(state, before, operation);
            case PUT -> next(Optional.ofNullable(operation.input()), before, operation);
            case REMOVE -> next(Optional.empty(), before, operation);
            case CAS -> {
                Swap swap = swap(operation);
                boolean swaps = Objects.equals(swap.expected(), before);
                yield next(swaps ? Optional.ofNullable(swap.update()) : state, swaps, operation);
            }
            default ->
                throw new IllegalArgumentException("a register has no function \"" + operation.function()
                        + "\"; it has " + GET + ", " + PUT + ", " + REMOVE + " and " + CAS);
        };
    }

    private static Optional<Optional<Object>> next(
            Optional<Object> after, @Nullable Object output, Operation operation) {
        boolean possible = !operation.outputKnown() || Objects.equals(output, operation.output());
        return possible ? Optional.of(after) : Optional.empty();
    }

    private static Swap swap(Operation operation) {
        if (operation.input() instanceof Swap swap) {
            return swap;
        }
        throw new IllegalArgumentException("the input of " + CAS + " is a Swap, not " + operation.input());
    }

    /**
     * Without reads of unknown outcome; and without writes of unknown outcome whose value nobody saw, if nobody saw its
     * absence either: that such a write never took effect explains as much as that it did.
     */
    @Override
    public List<Operation> relevant(List<Operation> ofOneKey) {
        Set<Object> seen = new HashSet<>();
        boolean absenceMayBeSeen = false;
        for (Operation operation : ofOneKey) {
            if (operation.function().equals(CAS)) {
                Object expected = swap(operation).expected();
                if (expected != null) {
                    seen.add(expected);
                }
                absenceMayBeSeen |= operation.outcome() == Outcome.OK && !Boolean.TRUE.equals(operation.output());
            } else if (operation.outputKnown() && operation.output() != null) {
                seen.add(operation.output());
            }
        }
        boolean maySeeAbsence = absenceMayBeSeen;
        return ofOneKey.stream()
                .filter(operation -> operation.outcome() == Outcome.OK || matters(operation, seen, maySeeAbsence))
                .toList();
    }

    private static boolean matters(Operation unknown, Set<Object> seen, boolean absenceMayBeSeen) {
        return switch (unknown.function()) {
            case GET -> false;
            case PUT -> absenceMayBeSeen || unknown.input() == null || seen.contains(unknown.input());
            default -> true;
        };
    }

    @Override
    public boolean readsOnly(Operation operation) {
        return operation.function().equals(GET);
    }
}
