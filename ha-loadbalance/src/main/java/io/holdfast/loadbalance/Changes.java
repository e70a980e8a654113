package io.holdfast.loadbalance;

import io.holdfast.core.Health;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a balancer was told since it last looked.
 *
 * @param endpoints the new list; null for the same as before
 * @param epoch of the list
 * @param health by id
 * @param draining by id, true to drain and false to end it
 */
record Changes(
        @Nullable List<Endpoint> endpoints, long epoch, Map<String, Health> health, Map<String, Boolean> draining) {
    static final Changes NONE = new Changes(null, 0, Map.of(), Map.of());

    boolean isNone() {
        return endpoints == null && health.isEmpty() && draining.isEmpty();
    }
}
