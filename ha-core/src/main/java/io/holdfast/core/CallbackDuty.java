package io.holdfast.core;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a user wants to be told of the mastership of the whole node, or of a role, as callbacks at its begin and end.
 *
 * @param onMaster called when this node has become master; null for nothing
 * @param onSlave called when it is master no longer; null for nothing
 */
record CallbackDuty(
        @Nullable Consumer<Grant> onMaster,
        @Nullable Consumer<String> onSlave,
        long stopWithinNanos,
        int priority,
        boolean haltOnOverrun)
        implements Duty {

    @Override
    public void begin(Grant grant) {
        if (onMaster != null) {
            onMaster.accept(grant);
        }
    }

    @Override
    public void end(String reason) {
        if (onSlave != null) {
            onSlave.accept(reason);
        }
    }

    @Override
    public boolean isPassive() {
        return onMaster == null && onSlave == null;
    }

    @Override
    public boolean endsByReturning() {
        return false;
    }
}
