package io.holdfast.replication.node;

import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.SeedSource;
import io.holdfast.core.spi.SeedSource.Seeded;
import io.holdfast.replication.bootstrap.FormationDriver;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.LogOptions;
import io.holdfast.replication.log.SeedMark;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what a node must have before it is called part of a cluster: an empty log and vote; or a seed, which is there already, or which a
 * {@link SeedSource} has. A seed spares the master; without one it sends everything. So nothing that goes wrong with one keeps a node from
 * joining, except a seed of another log that somebody has put there: that is his to remove.
 *
 * <p>On the thread that has the directory; {@link #stop} from any.
 */
final class Preparation implements FormationDriver.Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private final FeatureContext context;
    private final NodeRuntime runtime;
    private final ReplicationSettings settings;
    private final SeedDirectory directory;
    private final String node;
    private volatile boolean stopped;

    Preparation(FeatureContext context, ReplicationSettings settings) {
        this.context = context;
        this.runtime = context.runtime();
        this.settings = settings;
        this.directory = new SeedDirectory(runtime.storage(), settings.directory());
        this.node = context.node().id();
    }

    /** Ends a seeding that is under way, as soon as it reads on. */
    void stop() {
        stopped = true;
    }

    @Override
    public boolean run(Identity identity) throws IOException {
        SeedMark mark = SeedMark.read(runtime.storage(), settings.directory());
        SeedSource source = settings.seed();
        if (mark != null && mark.whole() && isOf(identity, mark.logId()) && directory.holdsLogOf(identity)) {
            LOG.info("{} has a seed of the log {} up to entry {}", node, mark.logId(), mark.index());
            return true;
        }
        if (mark != null && mark.whole() && source == null) {
            throw new IOException(refusal(identity, mark));
        }
        if (mark != null) {
            LOG.info("{} removes what there is of a seed of the log {}, which is of no use", node, mark.logId());
            directory.remove();
        }
        // A voter of the cluster that is being formed begins as all others do, with nothing; and so does who has begun
        // already.
        boolean forms =
                identity.voters().stream().anyMatch(voter -> voter.diskId().equals(identity.diskId()));
        if (source == null || forms || !directory.isFresh() || !seed(identity, source)) {
            if (stopped && source != null && !forms) {
                // With an empty log it would be part of the cluster, and never be seeded again.
                LOG.info("{} stops while it is seeded, which begins anew when it is started again", node);
                return false;
            }
            Disk.prepare(runtime, settings, identity);
        }
        return true;
    }

    private static boolean isOf(Identity identity, String logId) {
        return logId.startsWith(identity.clusterId() + ".");
    }

    private String refusal(Identity identity, SeedMark mark) {
        return settings.directory() + " holds a seed of the log " + mark.logId() + " up to entry " + mark.index()
                + ", in epoch " + new FencingToken(mark.term()).epoch() + ", and " + node
                + " joins the cluster " + identity.clusterId()
                + ", whose log is another one: it was restored or recovered since, in a later epoch, or never was the same. Empty the"
                + " directory, and seed it from a backup of that cluster or not at all";
    }

    /** Returns false if there is nothing to begin with, in which case all comes from the master. */
    private boolean seed(Identity identity, SeedSource source) throws IOException {
        String from = source.describe();
        LOG.info("{} takes its state and log from {} before it joins", node, from);
        runtime.loop().execute(() -> {
            if (!stopped) {
                context.ready(false, "it takes its state and log from " + from + " before it joins");
            }
        });
        try {
            Seeded seeded = source.seed(logId -> isOf(identity, logId), new Directory());
            if (!directory.holdsLogOf(identity)) {
                throw new IOException("what was given as the log " + seeded.logId() + " is of another one");
            }
            LOG.info(
                    "{} was seeded from {}: the state at entry {} of the log {}, and the log up to entry {} of term {}; the master"
                            + " sends what came after that",
                    node,
                    from,
                    seeded.stateIndex(),
                    seeded.logId(),
                    seeded.index(),
                    seeded.term());
            return true;
        } catch (IOException | RuntimeException failed) {
            if (stopped) {
                return false; // what is there of it counts for nothing, and is removed by the next start
            }
            LOG.warn(
                    "{} cannot be seeded from {}, and gets all from the master: {}",
                    node,
                    from,
                    failed.getMessage(),
                    failed);
            if (SeedMark.read(runtime.storage(), settings.directory()) != null) {
                directory.remove();
            }
            return false;
        }
    }

    private void goOn() {
        if (stopped) {
            throw new CancellationException(node + " stops");
        }
    }

    /** Takes it, and ends with an exception when the node stops. */
    private final class Directory implements SeedSource.Target {
        @Override
        public Seeded take(String logId, InputStream state, InputStream log) throws IOException {
            return directory.build(
                    new LogOptions(settings.segmentBytes(), true, true, settings.level()),
                    settings.level(),
                    node,
                    runtime.random(),
                    logId,
                    new Stoppable(state),
                    new Stoppable(log));
        }

        @Override
        public void check() {
            goOn();
        }
    }

    /** Ends with an exception when the node stops. */
    private final class Stoppable extends FilterInputStream {
        Stoppable(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            goOn();
            return super.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            goOn();
            return super.read(into, offset, length);
        }
    }
}
