package io.holdfast.backup.logical;

import io.holdfast.backup.LogRange;
import java.util.Optional;
import java.util.function.Supplier;

/** Since when an entry has to have been named by a command to be chosen. */
public sealed interface Period {
    /** All entries, whenever they were written. */
    record Always() implements Period {}

    /**
     * After an entry of the log.
     *
     * @param index not negative
     */
    record AfterIndex(long index) implements Period {}

    /**
     * After a moment, by the masters' wall clocks.
     *
     * @param wallMillis in milliseconds since 1970
     */
    record AfterMoment(long wallMillis) implements Period {}

    /**
     * After what the last such backup stands for.
     *
     * @param last asked once for each backup; empty if there is none
     */
    record AfterLast(Supplier<Optional<LogRange>> last) implements Period {}
}
