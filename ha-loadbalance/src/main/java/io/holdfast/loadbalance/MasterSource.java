package io.holdfast.loadbalance;

import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.ReplicatedState;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts the announced master to what another source says. Looks at it every 10 ms: it is one read of memory. */
final class MasterSource {
    private static final long LOOK_NANOS = 10_000_000L;

    private final ReplicatedState state;
    private final EndpointSource endpoints;
    private Directory last = Directory.of(0, List.of());
    private @Nullable RoleHolder master;
    private boolean heard;
    private long epoch;

    MasterSource(ReplicatedState state, EndpointSource endpoints) {
        this.state = state;
        this.endpoints = endpoints;
    }

    EndpointSource.Subscription begin(BalancerRuntime runtime, Consumer<Directory> hears) {
        EndpointSource.Subscription inner = endpoints.subscribe(runtime, next -> {
            synchronized (this) {
                last = next;
                heard = true;
                tell(hears);
            }
        });
        BalancerRuntime.Repeating looking = runtime.every(LOOK_NANOS, () -> look(hears));
        return () -> {
            looking.cancel();
            inner.cancel();
        };
    }

    private synchronized void look(Consumer<Directory> hears) {
        RoleHolder now = state.announcedMaster().orElse(null);
        if (now != null && !now.equals(master)) {
            master = now;
            if (heard) {
                tell(hears);
            }
        }
    }

    private void tell(Consumer<Directory> hears) {
        hears.accept(new Directory(++epoch, last.endpoints(), master, last.lagNanos()));
    }
}
