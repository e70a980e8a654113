import org.jspecify.annotations.NullMarked;

/** Load balancing for the JDK's HTTP client and server. */
@NullMarked
module io.holdfast.integrations.loadbalance.http {
    requires transitive io.holdfast.loadbalance;
    requires transitive java.net.http;
    requires transitive jdk.httpserver;

    exports io.holdfast.integrations.loadbalance.http;
}
