package io.holdfast.replication.bootstrap;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.OutboundLink;
import io.holdfast.core.spi.Links.RefusedException;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.Identity.State;
import io.holdfast.replication.log.IdentityFile;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node with an empty directory learns which cluster there is, and writes that down; and a node of a formed cluster tells it to
 * whoever asks. Joining never forms a cluster: whoever is asked and is part of none says so. Who may ask is checked by the
 * handshake: the cluster's name, and the certificate where there is TLS.
 *
 * <p>Who answers may know voters that are gone by now. So the seeds are asked on, and after a restart again, until a master is heard;
 * whoever they name is one to turn to. On the loop.
 */
public final class JoinDriver {
    private static final Logger LOG = LoggerFactory.getLogger(JoinDriver.class);
    private static final Links.Protocol PROTOCOL = new Links.Protocol(6, "join");

    private final FeatureContext context;
    private final Path directory;
    private final UUID diskId;
    private final int level;
    private final Map<Address, String> seeds;
    private final Executor worker;
    private final FormationDriver.Preparation prepare;
    private final Consumer<Identity> joined;
    private final BiConsumer<String, Address> guide;
    private final Set<Link> listening = new LinkedHashSet<>();
    private final List<OutboundLink> dialled = new ArrayList<>();
    private final Map<String, String> troubles = new TreeMap<>();
    /** What each seed has said last, since it was dialled. */
    private final Map<Address, Told> answers = new LinkedHashMap<>();

    private @Nullable Identity identity;
    private boolean saving;
    private boolean stopped;

    /**
     * Makes one.
     *
     * @param level the highest level of a log that this node supports
     * @param seeds addresses of some nodes of the cluster, each with the id of the node that is to be there, or empty; none for a node that does not join
     * @param identity what is on the disk, null if nothing
     * @param worker writes the identity
     * @param prepare makes what a node of a cluster must have, before it is called one; idempotent
     * @param joined hears of the cluster once, on the loop
     * @param guide hears which nodes of it there are, and where, as seeds say; in {@link #seek}
     */
    public JoinDriver(
            FeatureContext context,
            Path directory,
            UUID diskId,
            int level,
            Map<Address, String> seeds,
            @Nullable Identity identity,
            Executor worker,
            FormationDriver.Preparation prepare,
            Consumer<Identity> joined,
            BiConsumer<String, Address> guide) {
        this.context = context;
        this.directory = directory;
        this.diskId = diskId;
        this.level = level;
        this.seeds = new LinkedHashMap<>(seeds);
        this.identity = identity;
        this.worker = worker;
        this.prepare = prepare;
        this.joined = joined;
        this.guide = guide;
    }

    private record Told(String nodeId, FormationMessage.Formed cluster) {}

    private boolean isFormed() {
        Identity known = identity;
        return known != null && known.state() == State.FORMED;
    }

    /** Asks, if this node is part of no cluster yet, and answers others. */
    public void start() {
        context.links().accept(PROTOCOL, peer -> {
            if (!peer.member()) {
                throw new RefusedException("a client cannot join the cluster");
            }
            if (!isFormed()) {
                throw new RefusedException(context.node().id()
                        + " is not part of a cluster yet, so that nobody can join it; it waits for one itself");
            }
            return new Answer();
        });
        if (!isFormed() && !seeds.isEmpty()) {
            context.ready(false, waitingFor());
            dial();
        }
    }

    private void dial() {
        seeds.forEach((seed, id) -> {
            // The same list may be given to all: this node has nothing to tell itself.
            if (!seed.equals(context.node().advertisedAddress())
                    && !id.equals(context.node().id())) {
                dialled.add(context.links().dial(PROTOCOL, id.isEmpty() ? null : id, seed, new Question(seed)));
            }
        });
    }

    /** Said now and then: whether this node, which is part of a cluster, hears no master of it. Then the seeds are asked. */
    public void seek(boolean lost) {
        if (!lost) {
            hangUp();
        } else if (dialled.isEmpty() && !stopped) {
            dial();
        }
        answers.forEach((seed, told) -> {
            guide.accept(told.nodeId(), seed);
            told.cluster().voters().forEach(voter -> guide.accept(voter.nodeId(), voter.address()));
        });
    }

    private String waitingFor() {
        return "it joins the cluster " + context.clusterName() + ", and none of " + seeds
                + " has told it yet which that is" + (troubles.isEmpty() ? "" : ": " + troubles);
    }

    /** The cluster is formed, or others vote by now; newcomers are told so. */
    public void changed(Identity now) {
        boolean news = !now.equals(identity);
        identity = now;
        if (news && isFormed()) {
            List.copyOf(listening).forEach(this::tell);
        }
    }

    private void tell(Link link) {
        Identity known = identity;
        if (known != null) {
            link.send(
                    Lane.URGENT,
                    FormationCodec.encode(
                            context.runtime().allocator(),
                            new FormationMessage.Formed(
                                    known.clusterId(),
                                    known.logId(),
                                    known.voters(),
                                    known.formedLevel(),
                                    known.level())));
        }
    }

    /** Ends it. */
    public void stop() {
        stopped = true;
        hangUp();
    }

    private void hangUp() {
        List<OutboundLink> ended = List.copyOf(dialled);
        dialled.clear();
        answers.clear();
        ended.forEach(OutboundLink::close);
    }

    private void found(Link by, Address seed, FormationMessage.Formed cluster) {
        answers.put(seed, new Told(by.peer().nodeId(), cluster));
        if (stopped || saving || isFormed()) {
            return;
        }
        if (cluster.level() > level) {
            // Nothing is written: with another release this node may still join, or go elsewhere.
            String problem = FeatureLevel.tooHigh(context.node().id(), cluster.level(), level);
            if (!problem.equals(troubles.put(seed.toString(), problem))) {
                LOG.error("{} cannot join the cluster {}: {}", context.node().id(), context.clusterName(), problem);
            }
            context.ready(false, waitingFor());
            return;
        }
        saving = true;
        LOG.info(
                "{} joins the cluster {} ({}), of which {} is a node; the voters are {}",
                context.node().id(),
                context.clusterName(),
                cluster.clusterId(),
                by.peer().nodeId(),
                cluster.voters());
        Identity found = new Identity(
                        context.clusterName(),
                        cluster.clusterId(),
                        cluster.logId(),
                        context.node().id(),
                        diskId,
                        State.FORMING,
                        true,
                        cluster.voters())
                .formed(cluster.logId(), cluster.voters())
                .at(cluster.formedLevel(), cluster.level());
        worker.execute(() -> {
            try {
                if (!prepare.run(found)) {
                    return;
                }
                IdentityFile.save(context.runtime().storage(), directory, found);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            context.runtime().loop().execute(() -> {
                if (!stopped) {
                    identity = found;
                    joined.accept(found);
                }
            });
        });
    }

    /** A link to a seed. */
    private final class Question implements LinkListener {
        private final Address seed;

        Question(Address seed) {
            this.seed = seed;
        }

        @Override
        public void up(Link link) {}

        @Override
        public void received(Link link, ByteBuf frame) {
            if (!(FormationCodec.decode(frame) instanceof FormationMessage.Formed cluster)) {
                throw new MalformedFrameException(link.peer().nodeId() + " answers a newcomer with something else");
            }
            found(link, seed, cluster);
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            dialFailed(reason, detail);
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            troubles.put(seed.toString(), reason == CloseReason.REFUSED ? "connection refused" : detail);
            if (!isFormed()) {
                context.ready(false, waitingFor());
            }
        }
    }

    /** A link of somebody who asks. */
    private final class Answer implements LinkListener {
        @Override
        public void up(Link link) {
            listening.add(link);
            tell(link);
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            link.disconnect("a newcomer only listens");
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            listening.remove(link);
        }
    }
}
