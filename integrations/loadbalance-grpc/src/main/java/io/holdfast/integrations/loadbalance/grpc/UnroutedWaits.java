package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.Metadata;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Since when calls without {@link RoutedCalls} wait. A channel asks for each of them again and again, with nothing in common but the
 * metadata that it sends, which are the call's own and go with it. Safe from any thread.
 */
final class UnroutedWaits {
    private final Map<Metadata, Long> since = new WeakHashMap<>(); // metadata are equal only to themselves

    /** It waits; false if it has for long enough. */
    synchronized boolean mayWait(Metadata headers, long now, long holdNanos) {
        return now - since.computeIfAbsent(headers, its -> now) < holdNanos;
    }
}
