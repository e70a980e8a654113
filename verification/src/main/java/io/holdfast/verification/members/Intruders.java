package io.holdfast.verification.members;

import io.holdfast.core.HaCluster;
import io.holdfast.core.KeyRing;
import io.holdfast.core.Node;
import io.holdfast.membership.GossipMembership;
import io.holdfast.verification.members.EventLog.Event;
import io.holdfast.verification.process.Loopback;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Strangers without the members' key: they speak in plain, with another key, and by datagrams of the members' own that they have
 * recorded. They must learn nothing and change nothing.
 */
final class Intruders {
    private static final String OTHER_KEY = "11e1f0b5e7a3d4296e0c8b7a1f2d3645990817263544f3e2d1c0bfaebdccd0e1";
    private static final int MOST_REPLAYED = 300;
    /** No more than a socket's buffer holds. */
    private static final int AT_ONCE = 20;

    private static final int KNOCKS = 3;

    private final MemberCluster cluster;
    private final Steps steps;
    private final List<String> members;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, List<byte[]>> recorded = new LinkedHashMap<>();

    Intruders(MemberCluster cluster, Steps steps) {
        this.cluster = cluster;
        this.steps = steps;
        this.members = cluster.living();
    }

    /** @param dead a member whose datagrams are among those recorded; it must stay dead */
    void tryAll(String dead) throws IOException {
        Map<String, String> before = views();
        record();
        int place = cluster.events().size();
        try (HaCluster plain = stranger("plain", gossip -> gossip);
                HaCluster foreign = stranger(
                        "foreign", gossip -> gossip.keys(KeyRing.of(OTHER_KEY).always()))) {
            learnsNothing(plain);
            learnsNothing(foreign);
        }
        replay();
        cluster.await("members see what they saw before the strangers came", () -> views().equals(before));
        List<Event> heard = cluster.events().since(place, event -> !isThisMachines(event));
        if (!heard.isEmpty()) {
            throw new IOException("strangers changed something: " + heard);
        }
        if (!cluster.see(members, List.of(dead), MemberCluster.DEAD)) {
            throw new IOException(dead + " was raised by what was recorded while it lived");
        }
    }

    /** A member that is suspected for a moment and says that it lives, or that has said itself that it cannot keep up, and so is another one to all. */
    private boolean isThisMachines(Event event) {
        return Set.of("SUSPECTED", "REFUTED", "HEALTH").contains(event.kind())
                || (event.kind().equals("UPDATED")
                        && !cluster.events()
                                .since(
                                        0,
                                        of -> of.is("HEALTH", event.subject())
                                                && of.by().equals(event.subject()))
                                .isEmpty());
    }

    private Map<String, String> views() throws IOException {
        Map<String, String> views = new LinkedHashMap<>();
        for (String id : members) {
            views.put(id, cluster.ask(id, "view"));
        }
        return views;
    }

    private long dropped(String reason) throws IOException {
        long all = 0;
        for (String id : members) {
            all += Long.parseLong(cluster.ask(id, "dropped " + reason));
        }
        return all;
    }

    private HaCluster stranger(String id, UnaryOperator<GossipMembership> keys) throws IOException {
        String[] seeds = cluster.seeds().stream().map(Loopback::text).toArray(String[]::new);
        return HaCluster.builder(MemberOptions.CLUSTER)
                .node(Node.of(id).bind(Loopback.text(Loopback.free())))
                .meterRegistry(meters)
                .with(keys.apply(GossipMembership.seeds(seeds).awaitOthers(Duration.ZERO)))
                .start();
    }

    /** It knocks at its seeds by streams, and by datagrams, and is alone afterwards. */
    private void learnsNothing(HaCluster stranger) throws IOException {
        String id = stranger.node().id();
        long foreign = dropped("foreign");
        cluster.await(
                id + " has knocked " + KNOCKS + " times",
                () -> meters.find("holdfast.membership.exchanges").tag("node", id).counters().stream()
                                .mapToDouble(Counter::count)
                                .sum()
                        >= KNOCKS);
        byte[] knock = (id + " was here").getBytes(StandardCharsets.UTF_8);
        knock[0] = 1; // as one in plain begins
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(Loopback.free());
            cluster.await("its datagrams are dropped", () -> {
                for (InetSocketAddress seed : cluster.seeds()) {
                    socket.send(new DatagramPacket(knock, knock.length, seed));
                }
                return dropped("foreign") + dropped("malformed") > foreign;
            });
            expectNoAnswer(socket);
        }
        int known = stranger.members().all().size();
        if (known != 1) {
            throw new IOException(id + " has learnt of " + stranger.members().all());
        }
        steps.say("a stranger (" + id + ") knocked " + KNOCKS + " times and knows nobody");
    }

    private static void expectNoAnswer(DatagramSocket socket) throws IOException {
        socket.setSoTimeout(1); // what was sent to it before the drops were counted has arrived
        try {
            DatagramPacket answer = new DatagramPacket(new byte[1_500], 1_500);
            socket.receive(answer);
            throw new IOException("a stranger was answered, with " + answer.getLength() + " bytes");
        } catch (SocketTimeoutException none) {
            // as it has to be
        }
    }

    /** What the members have received of each other so far, by the one that did. */
    private void record() throws IOException {
        for (String id : members) {
            Path file = cluster.directory().resolve(id + ".datagrams");
            cluster.ask(id, "recorded " + file);
            List<byte[]> all = Recorder.read(file);
            noIdsIn(all);
            recorded.put(id, all.subList(Math.max(0, all.size() - MOST_REPLAYED), all.size()));
        }
    }

    /** Plays what each member received to it again, and to another one, which it was not meant for. */
    private void replay() throws IOException {
        long replayed = 0;
        for (int i = 0; i < members.size(); i++) {
            String id = members.get(i);
            List<byte[]> datagrams = recorded.getOrDefault(id, List.of());
            // What came before it had started was not opened, and so is not known to it.
            long unknown = Long.parseLong(cluster.ask(id, "dropped not_started"));
            long before = Long.parseLong(cluster.ask(id, "dropped replayed"));
            try (DatagramSocket socket = new DatagramSocket(null)) {
                socket.bind(Loopback.free());
                for (int from = 0; from < datagrams.size(); from += AT_ONCE) {
                    int to = Math.min(datagrams.size(), from + AT_ONCE);
                    for (byte[] datagram : datagrams.subList(from, to)) {
                        socket.send(new DatagramPacket(datagram, datagram.length, cluster.address(id)));
                    }
                    long wanted = before + to - unknown;
                    cluster.await(
                            id + " has dropped " + (to - unknown) + " as replayed",
                            () -> Long.parseLong(cluster.ask(id, "dropped replayed")) >= wanted);
                }
            }
            play(datagrams, members.get((i + 1) % members.size()));
            replayed += datagrams.size();
        }
        steps.say(
                replayed
                        + " recorded datagrams were played again, to whom they were meant for, who dropped them, and to others");
    }

    /** Has a member read these, whether it opens them or not. */
    private void play(List<byte[]> datagrams, String to) throws IOException {
        byte[] mark = {1, 0};
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(Loopback.free());
            for (int from = 0; from < datagrams.size(); from += AT_ONCE) {
                for (byte[] datagram : datagrams.subList(from, Math.min(datagrams.size(), from + AT_ONCE))) {
                    socket.send(new DatagramPacket(datagram, datagram.length, cluster.address(to)));
                }
                // It reads them in order: when it has dropped what is sent last, it has read them all.
                long before = unopened(to);
                socket.send(new DatagramPacket(mark, mark.length, cluster.address(to)));
                cluster.await(to + " has read what was played to it", () -> unopened(to) > before);
            }
        }
    }

    private long unopened(String id) throws IOException {
        return Long.parseLong(cluster.ask(id, "dropped foreign"))
                + Long.parseLong(cluster.ask(id, "dropped malformed"));
    }

    /**
     * Plays all that was recorded to a member that has just started. It may well open what was sent a short time before that; it
     * must come to nothing worse by it than a doubt that is refuted.
     */
    void playTo(String newcomer) throws IOException {
        for (List<byte[]> datagrams : recorded.values()) {
            play(datagrams, newcomer);
        }
        cluster.await("all see each other", cluster::isOne);
    }

    /** Whoever listens on the wire reads nobody's name. */
    private void noIdsIn(List<byte[]> datagrams) throws IOException {
        for (byte[] datagram : datagrams) {
            if (new String(datagram, StandardCharsets.ISO_8859_1).contains("node-")) {
                throw new IOException("a datagram has an id in plain");
            }
        }
    }
}
