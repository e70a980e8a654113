import org.jspecify.annotations.NullMarked;

/** Whole clusters in one thread, from one seed, with faults; and the checkers that judge what they did. */
@NullMarked
module io.holdfast.testkit {
    requires transitive io.holdfast.core;
    requires io.netty.buffer;

    exports io.holdfast.testkit;
}
