package io.holdfast.testkit;

import java.util.List;
import java.util.Optional;

/**
 * What one key of a service would do if calls came one after the other. Immutable and without chance.
 *
 * @param <S> the state; immutable, with {@code equals} and {@code hashCode}
 */
public interface Model<S> {

    /** The state before any operation. */
    S initial();

    /**
     * Applies one operation.
     *
     * @param operation whose outcome is OK, or INFO; then any output is right
     * @return the state afterwards, or empty if the operation cannot have had that output in this state
     * @throws IllegalArgumentException if the model does not know the function
     */
    Optional<S> step(S state, Operation operation);

    /**
     * Leaves out operations that cannot change the verdict, which makes the search shorter; unknown outcomes above all.
     *
     * @param ofOneKey operations on one key, none of which is known to have failed
     */
    default List<Operation> relevant(List<Operation> ofOneKey) {
        return ofOneKey;
    }

    /** True if the operation never changes the state: a report leaves it out where it adds nothing. */
    default boolean readsOnly(Operation operation) {
        return false;
    }
}
