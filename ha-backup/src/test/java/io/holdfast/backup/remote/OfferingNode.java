package io.holdfast.backup.remote;

import io.holdfast.backup.NodeRepository;
import io.holdfast.backup.directory.DirectoryRepository;
import io.holdfast.core.Address;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links.Acceptor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;

/** A real node on the loopback interface that offers a directory, or takes what is said to it in another way. */
final class OfferingNode implements AutoCloseable {
    static final String ID = "node-9";

    private final SimpleMeterRegistry meters;
    private final TestNode node;

    private OfferingNode(SimpleMeterRegistry meters, TestNode node) {
        this.meters = meters;
        this.node = node;
    }

    /** @param pieceBytes how long pieces should be; what is longer is stored in them */
    static OfferingNode of(Path directory, String address, long maxBytes, long pieceBytes) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        OfferServer[] made = new OfferServer[1];
        return new OfferingNode(
                meters,
                new TestNode(
                        ID,
                        address,
                        context -> made[0] = new OfferServer(
                                new OfferedDirectory(
                                        new DirectoryRepository(directory, Storage.files(), pieceBytes), maxBytes),
                                Set.of(),
                                context.runtime(),
                                new OfferMeters(meters, "shop", ID)),
                        context -> made[0].start(context.links()),
                        () -> made[0].stop(),
                        () -> made[0].close()));
    }

    /** One whose links are somebody else's. */
    static OfferingNode speaking(Function<FeatureContext, Acceptor> listener) {
        return new OfferingNode(
                new SimpleMeterRegistry(),
                new TestNode(
                        ID,
                        "127.0.0.1:0",
                        context -> {},
                        context -> context.links().accept(OfferServer.PROTOCOL, listener.apply(context)),
                        () -> {},
                        () -> {}));
    }

    Address address() {
        return node.address();
    }

    NodeRepository offered(Path directory) {
        return NodeRepository.at(ID, address(), directory).timeout(Duration.ofSeconds(30));
    }

    /** How many bytes of objects have come from others. */
    long received() {
        return (long) meters.get("holdfast.backup.offer.received").counter().count();
    }

    @Override
    public void close() {
        node.close();
    }
}
