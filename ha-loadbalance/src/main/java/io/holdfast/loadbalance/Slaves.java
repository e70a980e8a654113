package io.holdfast.loadbalance;

import io.holdfast.core.RoleHolder;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** Who may serve what is for slaves: not the master, and nobody known to be further behind than was asked. */
record Slaves(CallKernel kernel, CallOptions options) implements Predicate<Target> {

    @Override
    public boolean test(Target target) {
        Directory directory = kernel.directory();
        String id = target.endpoint().id();
        RoleHolder master = directory.master();
        if (master != null && master.nodeId().equals(id)) {
            return false;
        }
        OptionalLong most = options.mostLagNanos();
        return most.isEmpty() || lagNanos(directory, id) <= most.getAsLong();
    }

    private static long lagNanos(Directory directory, String id) {
        try {
            return directory.lagNanos().applyAsLong(id);
        } catch (RuntimeException e) { // a source's own code, in the midst of a pick
            return -1;
        }
    }
}
