package io.holdfast.membership.swim;

import io.holdfast.core.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who answers (SWIM, 3.1): a ping to one member each interval; without an answer in time, others are asked to ping it, and it is
 * asked over a stream at the same moment; without any answer it is suspected. A probe may outlast the interval, so the next one
 * does not wait for it.
 *
 * <p>Ours: a ping that is not answered within half of its time is sent again, also while and by others that are asked. A lost
 * datagram is no silence. Where few are lost that costs next to nothing, and it spares the whole cluster the news of false
 * suspicions.
 *
 * <p>Lifeguard: the asked ones say it when they had no answer either, so that a node that hears nothing from anybody blames
 * itself, probes less often and waits longer ({@link LocalHealth}).
 */
final class Probes {
    private static final int MAX_RELAYS = 1024;
    private static final long SEQUENCES = 1L << 31;

    private static final class Probe {
        final long sequence;
        final Peer peer;
        /** Asked over a stream from the start, and nobody else is asked. */
        final boolean confirming;

        boolean hasty;
        boolean indirect;
        long deadline;
        long again = SwimState.NEVER;
        int nacksDue;
        int nacks;

        Probe(long sequence, Peer peer, boolean confirming) {
            this.sequence = sequence;
            this.peer = peer;
            this.confirming = confirming;
        }
    }

    /** A ping for somebody else. */
    private static final class Relay {
        final Address origin;
        final long originSequence;
        final long expiry;
        final SwimMessage.Ping ping;
        final Address target;
        long again;
        long nackAt;

        Relay(
                Address origin,
                long originSequence,
                SwimMessage.Ping ping,
                Address target,
                long again,
                long nackAt,
                long expiry) {
            this.origin = origin;
            this.originSequence = originSequence;
            this.ping = ping;
            this.target = target;
            this.again = again;
            this.nackAt = nackAt;
            this.expiry = expiry;
        }
    }

    private final SwimState s;
    private final Gossip gossip;
    private final Reunion reunion;
    private final Map<Long, Probe> running = new LinkedHashMap<>();
    private final Map<Long, Relay> relays = new LinkedHashMap<>();
    private @Nullable View view;
    private long sequence;
    private long nextStart = SwimState.NEVER;

    Probes(SwimState state, Gossip gossip, Reunion reunion) {
        this.s = state;
        this.gossip = gossip;
        this.reunion = reunion;
        this.sequence = state.random.nextLong(SEQUENCES);
    }

    void connect(View itsView) {
        view = itsView;
    }

    private View view() {
        View known = view;
        if (known == null) {
            throw new IllegalStateException("not connected");
        }
        return known;
    }

    void start() {
        nextStart = s.now + s.random.nextLong(s.config.probeInterval());
    }

    long next() {
        long next = nextStart;
        for (Probe probe : running.values()) {
            next = Math.min(next, Math.min(probe.deadline, probe.again));
        }
        for (Relay relay : relays.values()) {
            next = Math.min(next, Math.min(relay.again, Math.min(relay.nackAt, relay.expiry)));
        }
        return next;
    }

    void tick() {
        if (!running.isEmpty()) {
            for (Probe probe : new ArrayList<>(running.values())) {
                if (s.now >= probe.deadline) {
                    timedOut(probe);
                } else if (s.now >= probe.again) {
                    probe.again = SwimState.NEVER;
                    ping(probe, false);
                }
            }
        }
        if (!relays.isEmpty()) {
            for (Relay relay : relays.values()) {
                if (s.now >= relay.again) {
                    relay.again = SwimState.NEVER;
                    gossip.send(relay.target, s.table.get(relay.ping.target()), List.of(relay.ping));
                }
                if (s.now >= relay.nackAt) {
                    relay.nackAt = SwimState.NEVER;
                    gossip.send(relay.origin, null, List.of(new SwimMessage.Nack(relay.originSequence)));
                }
            }
            relays.values().removeIf(r -> s.now >= r.expiry);
        }
        if (s.now >= nextStart) {
            nextStart = s.now + s.scaled(s.config.probeInterval());
            Peer peer = s.schedule.next(s.ring.watched());
            if (peer != null) {
                ping(begin(peer, false), true);
            }
        }
    }

    private Probe begin(Peer peer, boolean confirming) {
        sequence = (sequence + 1) % SEQUENCES;
        Probe probe = new Probe(sequence, peer, confirming);
        probe.deadline = s.now + s.scaled(s.config.probeTimeout());
        probe.again = s.now + (probe.deadline - s.now) / 2;
        running.put(sequence, probe);
        peer.probed = true;
        s.stats.probes++;
        return probe;
    }

    private void ping(Probe probe, boolean withDigest) {
        List<SwimMessage> messages = new ArrayList<>(4);
        messages.add(new SwimMessage.Ping(probe.sequence, probe.peer.id, s.self.id()));
        if (withDigest) {
            SwimMessage digest = reunion.digestIfDue();
            if (digest != null) {
                messages.add(digest);
            }
        }
        gossip.send(probe.peer.info.address(), probe.peer, messages);
    }

    /**
     * Ours: somebody suspects it, and this node is one of the few that are to say whether they find the same; at once, since the
     * suspicion lasts long until they do.
     */
    void confirm(Peer peer) {
        if (!peer.probed) {
            Probe probe = begin(peer, true);
            ping(probe, false);
            s.out.probe(probe.sequence, peer.info);
        }
    }

    /** There is reason to ask out of turn, over a stream as well. */
    void hasten(Peer peer) {
        if (!peer.probed) {
            Probe probe = begin(peer, false);
            probe.hasty = true;
            ping(probe, false);
            s.out.probe(probe.sequence, peer.info);
        }
    }

    private void timedOut(Probe probe) {
        if (!probe.peer.isLive()) {
            end(probe);
        } else if (probe.confirming) {
            end(probe);
            failed(probe);
        } else if (!probe.indirect) {
            probe.indirect = true;
            ping(probe, false);
            probe.deadline = s.now + s.scaled(s.config.indirectTimeout());
            probe.again = s.now + (probe.deadline - s.now) / 2;
            List<Peer> helpers = s.table.random(s.config.indirectProbes(), probe.peer, true, s.random);
            probe.nacksDue = helpers.size();
            Peer peer = probe.peer;
            for (Peer helper : helpers) {
                SwimMessage request =
                        new SwimMessage.PingRequest(probe.sequence, peer.id, peer.info.address(), s.self.id());
                gossip.send(helper.info.address(), helper, List.of(request));
            }
            if (!probe.hasty) {
                s.out.probe(probe.sequence, peer.info);
            }
        } else {
            end(probe);
            s.health.worse(probe.nacksDue == 0 ? 1 : probe.nacksDue - Math.min(probe.nacks, probe.nacksDue));
            failed(probe);
        }
    }

    private void failed(Probe probe) {
        s.stats.probesFailed++;
        view().raise(probe.peer, false);
    }

    private void end(Probe probe) {
        running.remove(probe.sequence);
        probe.peer.probed = false;
    }

    /** @param byStream whether it was a stream that had the answer */
    private void answered(Probe probe, boolean byStream) {
        end(probe);
        if (byStream) {
            s.stats.rescuedByStream += probe.indirect || probe.confirming ? 1 : 0;
        } else if (probe.indirect) {
            s.stats.rescuedIndirectly++;
        }
        s.health.better();
        Suspicion suspicion = probe.peer.suspicion;
        if (suspicion != null && s.config.lifeguard()) {
            suspicion.reprieve(s.now);
        }
    }

    void ping(Address source, SwimMessage.Ping ping) {
        if (ping.target().equals(s.self.id())) {
            Peer from = s.table.get(ping.from());
            gossip.send(source, from, List.of(new SwimMessage.Ack(ping.sequence())));
            if (from == null) {
                reunion.unknown(source);
            }
        }
    }

    void request(Address source, SwimMessage.PingRequest request) {
        if (relays.size() >= MAX_RELAYS) {
            return;
        }
        sequence = (sequence + 1) % SEQUENCES;
        long patience = s.config.indirectTimeout();
        long nackAt = s.config.lifeguard() ? s.now + patience * 6 / 10 : SwimState.NEVER;
        SwimMessage.Ping ping = new SwimMessage.Ping(sequence, request.target(), s.self.id());
        Address target = request.address();
        long again = s.now + patience * 3 / 10;
        relays.put(sequence, new Relay(source, request.sequence(), ping, target, again, nackAt, s.now + patience));
        gossip.send(target, s.table.get(request.target()), List.of(ping));
    }

    void ack(long acknowledged) {
        Probe probe = running.get(acknowledged);
        Relay relay = probe == null ? relays.remove(acknowledged) : null;
        if (probe != null) {
            answered(probe, false);
        } else if (relay != null) {
            gossip.send(relay.origin, null, List.of(new SwimMessage.Ack(relay.originSequence)));
        }
    }

    void nack(long acknowledged) {
        Probe probe = running.get(acknowledged);
        if (probe != null) {
            probe.nacks++;
        }
    }

    /** How a probe over a stream ended. */
    void probed(long probed, ProbeOutcome outcome) {
        Probe probe = running.get(probed);
        if (probe == null || outcome == ProbeOutcome.SILENT) {
            return;
        }
        if (outcome == ProbeOutcome.ANSWERED) {
            answered(probe, true);
        } else {
            view().raise(probe.peer, true);
        }
    }

    void putOff(long late) {
        long soonest = s.now + s.config.probeTimeout() / 2;
        for (Probe probe : running.values()) {
            probe.deadline = Math.max(probe.deadline + late, soonest);
            probe.again = s.now + (probe.deadline - s.now) / 2; // what was sent before says little by now
        }
    }

    /** A ping to one that is taken for dead, which tells it so; it refutes if it lives. */
    void knock(Peer peer) {
        sequence = (sequence + 1) % SEQUENCES;
        SwimMessage ping = new SwimMessage.Ping(sequence, peer.id, s.self.id());
        gossip.send(peer.info.address(), peer, List.of(ping));
    }
}
