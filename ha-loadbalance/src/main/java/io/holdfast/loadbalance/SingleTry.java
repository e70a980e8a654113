package io.holdfast.loadbalance;

import io.holdfast.core.RoleHolder;
import org.jspecify.annotations.Nullable;

/** Picks for a try that others make: as a call would, without waiting and without a budget. */
record SingleTry(CallKernel kernel, CallOptions options) {

    @Nullable
    Attempt begin(@Nullable Tried tried) {
        Attempt attempt = options.to() == CallOptions.To.MASTER ? null : elsewhere(tried);
        return attempt == null && options.to() != CallOptions.To.ANYBODY ? atMaster(tried) : attempt;
    }

    private @Nullable Attempt elsewhere(@Nullable Tried tried) {
        Tried avoided = tried;
        if (options.to() == CallOptions.To.SLAVES) {
            Slaves slaves = new Slaves(kernel, options);
            avoided = new Tried(target -> slaves.test(target) && (tried == null || !tried.has(target)));
        }
        Target target = kernel.balancer().begin(options.sticky(), options.key(), avoided);
        return target == null ? null : attempt(target, null, tried);
    }

    private @Nullable Attempt atMaster(@Nullable Tried tried) {
        RoleHolder master = kernel.directory().master();
        Target target = master == null ? null : kernel.balancer().beginAt(master.nodeId());
        return target == null ? null : attempt(target, master, tried);
    }

    private Attempt attempt(Target target, @Nullable RoleHolder master, @Nullable Tried tried) {
        int number = tried == null ? 1 : tried.size() + 1;
        long now = kernel.runtime().nanoTime();
        long timeout = Math.min(kernel.settings().attemptTimeout().toNanos(), options.deadlineNanos());
        return new Attempt(target, options, master, number, now, timeout);
    }
}
