/** A service of somebody else's, with Holdfast on the module path. */
module shop.consumer {
    requires io.holdfast.backup;
    requires io.holdfast.core;
    requires io.holdfast.loadbalance;
    requires io.holdfast.membership;
    requires io.holdfast.replication;
    requires java.net.http;
    requires jdk.httpserver;
}
