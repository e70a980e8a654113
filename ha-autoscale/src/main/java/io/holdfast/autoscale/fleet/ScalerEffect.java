package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.ScalingDecision;

/** What the scaler has done. */
public sealed interface ScalerEffect {

    /** Keep this, in place of what was kept before; answered by {@link Scaler#saved}. Nothing else is begun until then. */
    record Save(ScalingRecord what) implements ScalerEffect {}

    /** Do this. */
    record Act(FleetEffect what) implements ScalerEffect {}

    /** This was decided: to be told. */
    record Decided(ScalingDecision what) implements ScalerEffect {}
}
