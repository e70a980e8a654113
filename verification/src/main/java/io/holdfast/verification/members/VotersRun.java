package io.holdfast.verification.members;

import io.holdfast.verification.members.EventLog.Event;
import io.holdfast.verification.process.Loopback;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Three nodes form a log, two join and are given votes, two more join and have none; then the master and another voter are killed
 * for good, both at once, while somebody writes, and the autopilot gives their votes to the two. For one thread.
 */
final class VotersRun {
    private static final int NODES = 7;
    private static final int VOTERS = 5;
    private static final Duration CHANGE_LIMIT = MemberNode.CHANGE_LIMIT.plusSeconds(30);

    private VotersRun() {}

    /**
     * Runs it.
     *
     * @throws IOException with the reason, if something is not as it has to be
     */
    static void run(Path directory, Steps steps) throws IOException {
        try (MemberCluster cluster = new MemberCluster(directory, NODES, true)) {
            List<String> founders = cluster.ids().subList(0, 3);
            cluster.start(founders);
            cluster.await("three serve", () -> ready(cluster));
            try (MapWriter writer = new MapWriter(cluster.ids().stream()
                    .map(cluster::address)
                    .map(Loopback::text)
                    .toList())) {
                cluster.await("somebody writes", () -> writer.written() > 0);
                steps.say("three form a log, and somebody writes to a map");
                cluster.start(cluster.ids().subList(3, NODES));
                cluster.await("seven serve", () -> ready(cluster) && cluster.isOne());
                cluster.ask("node-1", "add node-4", CHANGE_LIMIT);
                cluster.ask("node-1", "add node-5", CHANGE_LIMIT);
                cluster.await("five vote", () -> voters(cluster, "node-1")
                        .equals(Set.copyOf(cluster.ids().subList(0, VOTERS))));
                steps.say("node-4 and node-5 joined and were given votes; " + learners(cluster)
                        + " joined and have none; the longest time without an acknowledgement so far: "
                        + Steps.seconds(writer.longestNanos()));
                lose(cluster, writer, steps);
                writer.check();
                steps.say("all " + writer.written() + " acknowledged writes are there; the longest time without an"
                        + " acknowledgement: " + Steps.seconds(writer.longestNanos()));
            }
            cluster.inspect();
        }
    }

    private static void lose(MemberCluster cluster, MapWriter writer, Steps steps) throws IOException {
        cluster.await("somebody is master", () -> !master(cluster).equals("-"));
        String master = master(cluster);
        String other = cluster.ids().subList(0, VOTERS).stream()
                .filter(id -> !id.equals(master))
                .findFirst()
                .orElseThrow();
        int place = cluster.events().size();
        long begin = System.nanoTime();
        long before = writer.written();
        writer.forgetLongest();
        cluster.process(master).signal("KILL");
        cluster.process(other).signal("KILL");
        cluster.await("it goes on without two voters", () -> writer.written() > before + 10);
        steps.say(master + ", the master, and " + other + " were killed for good; the writer waited for "
                + Steps.seconds(writer.longestNanos()));
        String asked = cluster.living().get(0);
        cluster.await(
                "the living vote, and nobody else", () -> voters(cluster, asked).equals(Set.copyOf(cluster.living())));
        long took = System.nanoTime() - begin;
        List<Event> told = cluster.events().since(place, event -> event.kind().equals("AUTOPILOT"));
        if (!told.stream().map(Event::subject).collect(Collectors.toSet()).equals(Set.of(master, other))) {
            throw new IOException("the autopilot has done something else: " + told);
        }
        long after = writer.written();
        cluster.await("it goes on with the new voters", () -> writer.written() > after + 100);
        told.forEach(event -> steps.say(
                "the autopilot, " + Steps.seconds(event.nanos() - begin) + " after the kill: " + event.detail()));
        steps.say("after " + Steps.seconds(took) + " " + learners(cluster) + " vote instead of the dead");
    }

    private static List<String> learners(MemberCluster cluster) {
        return cluster.ids().subList(VOTERS, NODES);
    }

    private static String master(MemberCluster cluster) throws IOException {
        return cluster.ask("node-1", "master");
    }

    private static boolean ready(MemberCluster cluster) throws IOException {
        for (String id : cluster.living()) {
            if (!cluster.ask(id, "ready").equals("yes")) {
                return false;
            }
        }
        return true;
    }

    private static Set<String> voters(MemberCluster cluster, String asked) throws IOException {
        String answer = cluster.ask(asked, "voters");
        return answer.equals(MemberNode.UNSETTLED) ? Set.of() : Set.of(answer.split(" "));
    }
}
