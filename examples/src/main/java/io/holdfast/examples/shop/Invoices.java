package io.holdfast.examples.shop;

import io.holdfast.core.Grant;
import io.holdfast.core.HaCluster;
import io.holdfast.core.HoldfastException;
import io.holdfast.replication.Codec;
import io.holdfast.replication.ReadLevel;
import io.holdfast.replication.ReplicatedMap;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node writes the invoices: whoever has the role. If that one dies, another goes on with the orders that have none yet; each order has
 * one invoice at the end, however often that happens.
 */
final class Invoices {
    static final String MAP = "invoices";

    private static final Logger LOG = LoggerFactory.getLogger(Invoices.class);
    private static final long LOOK_MILLIS = 200;

    /** This node's own copies: they may lag, and to look at them costs nobody anything. */
    private final ReplicatedMap<String, Order> orders;

    private final ReplicatedMap<String, String> known;
    private final ReplicatedMap<String, String> invoices;
    private final String node;

    private Invoices(HaCluster cluster) {
        this.orders = ReplicatedMap.in(cluster, ShopServer.ORDERS, Codec.string(), Codec.json(Order.class))
                .reading(ReadLevel.local());
        this.invoices = ReplicatedMap.in(cluster, MAP, Codec.string(), Codec.string());
        this.known = invoices.reading(ReadLevel.local());
        this.node = cluster.node().id();
    }

    // docs
    static void writeOn(HaCluster cluster) {
        Invoices invoices = new Invoices(cluster);
        cluster.role("invoices").stopWithin(Duration.ofSeconds(5)).run(invoices::write);
    }

    private void write(Grant grant) throws InterruptedException {
        while (grant.isValid()) {
            try {
                orders.scan()
                        .takeWhile(order -> grant.isValid())
                        .filter(order -> !known.containsKey(order.getKey())) // not all of them again at each look
                        .forEach(order -> write(order, grant));
            } catch (HoldfastException later) { // no master at the moment, for instance
                LOG.info("{}: invoices are written later: {}", node, later.getMessage());
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private void write(Map.Entry<String, Order> order, Grant grant) {
        String text = order.getValue().amount() + " " + order.getValue().item() + ", by " + node + " with token "
                + grant.token();
        invoices.putIfAbsent(order.getKey(), text); // whoever had the role before may have written it
    }
    // docs
}
