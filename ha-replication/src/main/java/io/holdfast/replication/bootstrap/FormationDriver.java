package io.holdfast.replication.bootstrap;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.OutboundLink;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.core.spi.Links.RefusedException;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.Identity.State;
import io.holdfast.replication.log.IdentityFile;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs {@link Formation}: dials the listed nodes until the cluster is formed, and answers latecomers after that. */
public final class FormationDriver {
    private static final Logger LOG = LoggerFactory.getLogger(FormationDriver.class);
    private static final Links.Protocol PROTOCOL = new Links.Protocol(3, "formation");

    private final FeatureContext context;
    private final Path directory;
    private final Map<String, Address> listed;
    private final Executor worker;
    private final Formation formation;
    private final Preparation prepare;
    private final Consumer<Identity> formed;
    /** Ids of nodes that may have a say. */
    private final Set<String> known = new TreeSet<>();

    private final Map<String, List<Link>> links = new LinkedHashMap<>();
    private final List<OutboundLink> dialled = new ArrayList<>();
    private boolean done;
    private boolean stopped;
    private String lastProblem = "";

    /** Makes files, on the worker. */
    public interface Preparation {
        /**
         * Makes what is missing.
         *
         * @return false if the node stops before it has come to that: then nothing says that it is part of a cluster, and the next start
         *     begins anew
         */
        boolean run(Identity identity) throws IOException;
    }

    /**
     * Makes one.
     *
     * @param level the highest level of a log that this node supports
     * @param listed the nodes that form the cluster, id to address
     * @param identity what is on the disk, null if nothing
     * @param worker writes the identity
     * @param prepare makes what a formed node must have, before it is called formed; idempotent
     * @param formed hears of the cluster once, on the loop
     */
    public FormationDriver(
            FeatureContext context,
            Path directory,
            UUID diskId,
            int level,
            Map<String, Address> listed,
            @Nullable Identity identity,
            Executor worker,
            Preparation prepare,
            Consumer<Identity> formed) {
        this.context = context;
        this.directory = directory;
        this.listed = listed;
        this.worker = worker;
        this.prepare = prepare;
        this.formed = formed;
        UUID fresh = new UUID(
                context.runtime().random().nextLong(),
                context.runtime().random().nextLong());
        this.formation =
                new Formation(context.clusterName(), context.node().id(), diskId, listed, identity, fresh, level);
        knows(identity);
        this.done = identity != null && identity.state() == State.FORMED;
    }

    private void knows(@Nullable Identity identity) {
        known.clear();
        known.addAll(listed.keySet());
        if (identity != null) {
            identity.voters().forEach(voter -> known.add(voter.nodeId()));
        }
    }

    /** Begins, or only answers latecomers if the cluster is formed already. On the loop. */
    public void start() {
        context.links().accept(PROTOCOL, this::accept);
        if (!done && !listed.isEmpty()) { // else it joins
            listed.forEach((id, address) -> {
                if (!id.equals(context.node().id())) {
                    dialled.add(context.links().dial(PROTOCOL, id, address, new Conversation()));
                }
            });
            context.ready(false, formation.waitingFor());
            run(formation.start());
        }
    }

    private LinkListener accept(Peer peer) {
        if (!peer.member()) {
            throw new RefusedException("a client cannot form a cluster");
        }
        if (!done && listed.isEmpty()) {
            throw new RefusedException(
                    context.node().id() + " joins a cluster that exists, and forms none; list it nowhere in bootstrap");
        }
        if (!known.contains(peer.nodeId())) {
            throw new RefusedException(peer.nodeId() + " is neither listed in bootstrap by "
                    + context.node().id() + " nor a voter; the nodes are " + known);
        }
        return new Conversation();
    }

    private void step(Formation.Input input) {
        if (stopped) {
            return; // what was being saved is found by the next start
        }
        run(formation.step(input));
        if (!done) {
            context.ready(false, lastProblem.isEmpty() ? formation.waitingFor() : lastProblem);
        }
    }

    private void run(List<Formation.Effect> effects) {
        for (Formation.Effect effect : effects) {
            if (effect instanceof Formation.Say say) {
                say(say);
            } else if (effect instanceof Formation.Save save) {
                save(save.identity());
            } else if (effect instanceof Formation.Refused refused) {
                if (!refused.problem().equals(lastProblem)) {
                    lastProblem = refused.problem();
                    LOG.error(
                            "{} cannot join the cluster {}: {}",
                            context.node().id(),
                            context.clusterName(),
                            lastProblem);
                }
            } else {
                throw new IllegalStateException("an effect of an unknown kind: " + effect);
            }
        }
    }

    private void say(Formation.Say say) {
        List<Link> standing = links.getOrDefault(say.node(), List.of());
        // The newest first: that an older one has ended may not have been noticed yet.
        for (int i = standing.size() - 1; i >= 0; i--) {
            ByteBuf frame = FormationCodec.encode(context.runtime().allocator(), say.message());
            if (standing.get(i).send(Lane.URGENT, frame)) {
                return;
            }
        }
    }

    private void save(Identity identity) {
        worker.execute(() -> {
            try {
                if (identity.state() == State.FORMED && !prepare.run(identity)) {
                    return;
                }
                IdentityFile.save(context.runtime().storage(), directory, identity);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            context.runtime().loop().execute(() -> {
                step(new Formation.Saved(identity));
                if (identity.state() == State.FORMED && !done && !stopped) {
                    finish(identity);
                }
            });
        });
    }

    private void finish(Identity identity) {
        done = true;
        hangUp();
        boolean former =
                identity.voters().stream().noneMatch(voter -> voter.diskId().equals(identity.diskId()));
        LOG.info(
                former
                        ? "{} comes back to the cluster {} ({}) of {} with an empty disk, and asks to be taken in"
                        : "{} formed the cluster {} ({}) with the voters {}",
                context.node().id(),
                context.clusterName(),
                identity.clusterId(),
                identity.voters());
        formed.accept(identity);
    }

    /** Others vote by now, or the node has joined, which latecomers are told. On the loop. */
    public void changed(Identity identity) {
        done |= identity.state() == State.FORMED;
        knows(identity);
        formation.changed(identity);
    }

    /** Ends it. On the loop. */
    public void stop() {
        stopped = true;
        hangUp();
    }

    /** Ends the links that this node dialled. Nobody is told of their end, so they are forgotten here. */
    private void hangUp() {
        List<OutboundLink> ended = List.copyOf(dialled);
        dialled.clear();
        for (OutboundLink outbound : ended) {
            Link link = outbound.current();
            outbound.close();
            if (link != null) {
                forget(link);
            }
        }
    }

    private void forget(Link link) {
        String node = link.peer().nodeId();
        List<Link> standing = links.getOrDefault(node, new ArrayList<>());
        standing.remove(link);
        if (standing.isEmpty()) {
            links.remove(node);
            step(new Formation.Lost(node));
        }
    }

    /** A link in either direction. */
    private final class Conversation implements LinkListener {
        @Override
        public void up(Link link) {
            String node = link.peer().nodeId();
            links.computeIfAbsent(node, id -> new ArrayList<>()).add(link);
            step(new Formation.Reached(node, link.peer().diskId()));
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            step(new Formation.Said(link.peer().nodeId(), FormationCodec.decode(frame)));
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            forget(link);
        }
    }
}
