package io.holdfast.backup.plan;

import io.holdfast.core.spi.StateMark;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * With what a driver does drills.
 *
 * @param work does one; blocks
 * @param mark marks the state of the cluster, within that time
 */
record DrillSetup(DrillWork work, Function<Duration, CompletionStage<StateMark>> mark) {}
