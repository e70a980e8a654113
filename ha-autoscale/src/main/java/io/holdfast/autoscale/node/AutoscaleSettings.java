package io.holdfast.autoscale.node;

import io.holdfast.autoscale.LoadSource;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.fleet.ScalerConfig;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code Autoscaling} was told.
 *
 * @param target what starts and stops nodes
 * @param scaler how it is decided
 * @param sampleEvery how often a node tells its load
 * @param loads figures of the user's own, by name
 * @param meters figures that are meters of the node's registry: their names by the figure's
 * @param builtIn the figures of the JVM that are told
 */
public record AutoscaleSettings(
        ScalingTarget target,
        ScalerConfig scaler,
        Duration sampleEvery,
        Map<String, LoadSource> loads,
        Map<String, String> meters,
        Set<String> builtIn) {
    /** Copies the maps. */
    public AutoscaleSettings {
        loads = Collections.unmodifiableMap(new LinkedHashMap<>(loads));
        meters = Collections.unmodifiableMap(new LinkedHashMap<>(meters));
        builtIn = Collections.unmodifiableSet(new TreeSet<>(builtIn));
    }
}
