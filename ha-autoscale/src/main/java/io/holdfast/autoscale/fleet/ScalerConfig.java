package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.decide.SizingConfig;
import java.time.Duration;

/**
 * What the scaler goes by.
 *
 * @param fleet how nodes come and go
 * @param sizing how many there are to be
 * @param every how often that is decided
 * @param dryRun true if nothing is done about it
 */
public record ScalerConfig(FleetConfig fleet, SizingConfig sizing, Duration every, boolean dryRun) {}
