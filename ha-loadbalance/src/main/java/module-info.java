import org.jspecify.annotations.NullMarked;

/** Where each request goes: client-side load balancing. */
@NullMarked
module io.holdfast.loadbalance {
    requires transitive io.holdfast.core;
    requires micrometer.core;
    requires org.slf4j;

    exports io.holdfast.loadbalance;
}
