package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.NodeRepository;
import io.holdfast.core.spi.FeatureContext;
import org.jspecify.annotations.Nullable;

/** Directories of nodes as layers of a node that runs: its own one is served to the others, and theirs are asked for. */
public final class Offers {
    private final FeatureContext context;
    private @Nullable OfferServer server;

    /** Serves nothing before {@link #start}. */
    public Offers(FeatureContext context) {
        this.context = context;
    }

    /**
     * What a layer's repository is on this node. Before {@link #start}.
     *
     * @throws IllegalStateException if two directories are this node's
     */
    public BackupRepository bind(BackupRepository repository) {
        if (!(repository instanceof NodeRepository offered)) {
            return repository;
        }
        if (!offered.nodeId().equals(context.node().id())) {
            return new RemoteRepository(
                    offered, context.links(), context.runtime().loop());
        }
        if (server != null) {
            throw new IllegalStateException(
                    "node " + offered.nodeId() + " is to offer two directories to the others; one node offers one");
        }
        OfferedDirectory directory = new OfferedDirectory(
                offered.directory(), offered.maxBytes(), context.runtime().storage());
        server = new OfferServer(
                directory,
                offered.allowed(),
                context.runtime(),
                new OfferMeters(
                        context.meters(), context.clusterName(), context.node().id()));
        return directory;
    }

    /** Serves what is this node's. On the loop. */
    public void start() {
        if (server != null) {
            server.start(context.links());
        }
    }

    /** Gives up what others have under way here. On the loop. */
    public void stop() {
        if (server != null) {
            server.stop();
        }
    }

    /** Ends the threads. Not on the loop. */
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
