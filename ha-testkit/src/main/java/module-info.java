import org.jspecify.annotations.NullMarked;

/** A whole cluster in one thread from one seed: the simulated runtime, faults and history checkers of Holdfast. */
@NullMarked
module io.holdfast.testkit {
    requires transitive io.holdfast.core;
    requires static transitive org.jspecify;

    exports io.holdfast.testkit;
}
