package io.holdfast.backup.remote;

import io.holdfast.backup.remote.OfferFrame.Resume;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.core.spi.Links.RefusedException;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves this node's directory to others. Calls are answered on the loop, and files are one worker's, which no peer can hold up: it does a piece of
 * a call at a time and never waits for anybody.
 */
final class OfferServer {
    static final Protocol PROTOCOL = new Protocol(8, "backup directory");

    private static final Logger LOG = LoggerFactory.getLogger(OfferServer.class);
    private static final long SWEEP_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** A put of which nothing has been heard for so long is dead, as it is in every repository. */
    private static final long SILENT_NANOS = TimeUnit.HOURS.toNanos(1);
    /** An object in pieces of which nothing has been heard for so long is free for others: at the most one piece is lost. */
    private static final long SILENT_PIECES_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final OfferedDirectory directory;
    private final Set<String> allowed;
    private final NodeRuntime runtime;
    private final EventLoop loop;
    private final Worker files;
    private final OfferMeters meters;
    private final Set<OfferSession> sessions = new LinkedHashSet<>();
    private final Map<String, NodeCalls> calls = new HashMap<>();

    OfferServer(OfferedDirectory directory, Set<String> allowed, NodeRuntime runtime, OfferMeters meters) {
        this.directory = directory;
        this.allowed = allowed;
        this.runtime = runtime;
        this.loop = runtime.loop();
        this.files = runtime.newWorker("backup-offer");
        this.meters = meters;
    }

    void start(Links links) {
        links.accept(PROTOCOL, this::accept);
        loop.schedule(SWEEP_NANOS, this::sweep);
    }

    private LinkListener accept(Peer peer) {
        boolean known = allowed.isEmpty()
                || allowed.contains(peer.nodeId())
                || peer.certificateNames().stream().anyMatch(allowed::contains);
        if (!peer.member() || !known) {
            LOG.warn(
                    "{} may not use {}, which is offered to {}",
                    peer.nodeId(),
                    directory.describe(),
                    allowed.isEmpty() ? "members of the cluster" : allowed);
            throw new RefusedException(
                    peer.nodeId() + " may not use the directory for backups of this node: it is offered to "
                            + (allowed.isEmpty() ? "members of the cluster alone" : "others"));
        }
        return new Listener();
    }

    private void sweep() {
        long now = runtime.clock().nanoTime();
        for (OfferSession session : List.copyOf(sessions)) {
            session.endSilent(now - SILENT_NANOS);
            session.endSilentPieces(now - SILENT_PIECES_NANOS);
        }
        calls.values().removeIf(one -> one.isIdle() && sessions.stream().noneMatch(session -> session.slots() == one));
        loop.schedule(SWEEP_NANOS, this::sweep);
    }

    /** Gives up what is under way, so that nothing is left of it. On the loop. */
    void stop() {
        sessions.forEach(OfferSession::end);
        sessions.clear();
    }

    void close() {
        files.close();
        meters.close();
    }

    /** One link. */
    private final class Listener implements LinkListener {
        private final List<OfferSession> own = new ArrayList<>(1);

        @Override
        public void up(Link link) {
            NodeCalls slots = calls.computeIfAbsent(link.peer().nodeId(), node -> new NodeCalls());
            OfferSession session = new OfferSession(directory, slots, link, loop, files, runtime.clock(), meters);
            own.add(session);
            sessions.add(session);
            session.greet();
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            OfferFrame decoded = OfferCodec.decode(frame);
            if (decoded instanceof Resume resume) {
                leaveToNewer(resume);
            }
            own.forEach(session -> session.received(decoded));
        }

        /** A node has one link: where it asks on a newer one, the old one has gone, and nobody has noticed that here yet. */
        private void leaveToNewer(Resume resume) {
            for (OfferSession asks : own) {
                for (OfferSession older : sessions) { // in the order in which their links were made
                    if (older == asks) {
                        break;
                    } else if (older.slots() == asks.slots()) {
                        older.giveUp(resume);
                    }
                }
            }
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            own.forEach(OfferSession::end);
            sessions.removeAll(own);
        }
    }
}
