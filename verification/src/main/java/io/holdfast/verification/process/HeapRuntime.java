package io.holdfast.verification.process;

import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Storage;
import io.holdfast.testkit.DelegatingRuntime;

/** A real runtime on {@link HeapUntilForced} storage. */
final class HeapRuntime extends DelegatingRuntime {
    private final Storage storage;

    HeapRuntime(NodeRuntime real) {
        super(real);
        this.storage = new HeapUntilForced(real.storage());
    }

    @Override
    public Storage storage() {
        return storage;
    }
}
