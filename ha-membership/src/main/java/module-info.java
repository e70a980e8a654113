import org.jspecify.annotations.NullMarked;

/** Who is here: gossip membership with failure detection. */
@NullMarked
module io.holdfast.membership {
    requires transitive io.holdfast.core;
    requires io.netty.buffer;
}
