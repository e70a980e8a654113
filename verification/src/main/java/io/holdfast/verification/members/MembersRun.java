package io.holdfast.verification.members;

import io.holdfast.verification.members.EventLog.Event;
import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Six nodes that know each other by gossip alone, with keys, in the profile that is the default: one is stopped for less than a
 * suspicion lasts, one is killed, strangers try to get in, and three are cut off from the other three for a while. For one thread.
 */
final class MembersRun {
    private static final int NODES = 6;
    private static final long SUSPICION_LIMIT_NANOS = Waiting.PATIENCE.toNanos();
    /**
     * After so long a suspicion may well have ended in a death. It lasts for a second at least; if this machine took longer than
     * this to send one signal, the stop says nothing, and is tried again.
     */
    private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    private static final int MOST_STOPS = 20;

    private final MemberCluster cluster;
    private final EventLog events;
    private final Steps steps;
    private final Duration partition;

    private MembersRun(MemberCluster cluster, Steps steps, Duration partition) {
        this.cluster = cluster;
        this.events = cluster.events();
        this.steps = steps;
        this.partition = partition;
    }

    /**
     * Runs it.
     *
     * @param partition how long the two halves are apart at least; they are until each holds the other for dead
     * @throws IOException with the reason, if something is not as it has to be
     */
    static void run(Path directory, Duration partition, Steps steps) throws IOException, InterruptedException {
        try (MemberCluster cluster = new MemberCluster(directory, NODES, false)) {
            MembersRun run = new MembersRun(cluster, steps, partition);
            cluster.start(cluster.ids());
            cluster.await("six see each other", cluster::isOne);
            steps.say("six processes see each other");
            run.stop("node-3");
            run.kill("node-5");
            Intruders intruders = new Intruders(cluster, steps);
            intruders.tryAll("node-5");
            run.comesBack("node-5", intruders);
            run.split();
            cluster.inspect();
        }
    }

    private static Predicate<Event> is(String kind, String subject) {
        return event -> event.is(kind, subject);
    }

    /** Whoever is held for dead, save for what is expected, is alive. */
    private void noOtherDeath(int since, Predicate<Event> expected) throws IOException {
        List<Event> false_ = events.since(since, event -> event.kind().equals("DIED") && !expected.test(event));
        if (!false_.isEmpty()) {
            throw new IOException("living members were held for dead: " + false_);
        }
    }

    private void stop(String victim) throws IOException, InterruptedException {
        for (int attempt = 1; attempt <= MOST_STOPS; attempt++) {
            int place = events.size();
            long begin = System.nanoTime();
            cluster.process(victim).signal("STOP");
            boolean suspected = events.await(place, SUSPICION_LIMIT_NANOS, is("SUSPECTED", victim));
            cluster.process(victim).signal("CONT");
            long end = System.nanoTime();
            if (!suspected) {
                throw new IOException(victim + " was stopped, and nobody suspects it:" + cluster.describe());
            }
            long since = events.since(place, is("SUSPECTED", victim)).get(0).nanos();
            if (end - since > PROMPT_NANOS) {
                steps.say("a signal took " + Steps.seconds(end - since) + "; once more");
                cluster.await(victim + " is back", cluster::isOne);
                continue;
            }
            cluster.await(
                    victim + " is alive to all, and each suspicion is refuted",
                    () -> cluster.isOne() && cluster.living().stream().allMatch(by -> refuted(place, by, victim)));
            noOtherDeath(place, none -> false);
            long observers = events.since(place, is("SUSPECTED", victim)).stream()
                    .map(Event::by)
                    .distinct()
                    .count();
            steps.say(victim + " was stopped for " + Steps.seconds(end - begin) + ", suspected by " + observers
                    + " and never dead");
            return;
        }
        throw new IOException("this machine is too slow: no signal was sent within " + Steps.seconds(PROMPT_NANOS));
    }

    private boolean refuted(int place, String by, String subject) {
        return Stream.of("SUSPECTED", "REFUTED")
                        .map(kind -> events.since(place, event -> event.by().equals(by) && event.is(kind, subject))
                                .size())
                        .distinct()
                        .count()
                == 1;
    }

    private void kill(String victim) throws IOException {
        int place = events.size();
        long begin = System.nanoTime();
        cluster.process(victim).signal("KILL");
        List<String> others = cluster.living();
        cluster.await(
                victim + " is dead to all",
                () -> cluster.see(others, List.of(victim), MemberCluster.DEAD)
                        && events.since(place, is("DIED", victim)).size() == others.size());
        noOtherDeath(place, is("DIED", victim));
        List<Event> deaths = events.since(place, is("DIED", victim));
        steps.say(victim + " was killed, and is dead to all after "
                + Steps.seconds(deaths.get(deaths.size() - 1).nanos() - begin));
    }

    private void comesBack(String id, Intruders intruders) throws IOException {
        int place = events.size();
        cluster.start(List.of(id));
        cluster.await("six see each other again", cluster::isOne);
        intruders.playTo(id);
        noOtherDeath(place, none -> false);
        steps.say(id + " was started again, is alive to all, and reads old datagrams without harm");
    }

    private void split() throws IOException {
        List<String> some = cluster.ids().subList(0, NODES / 2);
        List<String> others = cluster.ids().subList(NODES / 2, NODES);
        int place = events.size();
        long begin = System.nanoTime();
        cluster.cut(some, others);
        cluster.await(
                "each half holds the other one for dead",
                () -> cluster.see(some, others, MemberCluster.DEAD) && cluster.see(others, some, MemberCluster.DEAD));
        steps.say(some + " and " + others + " are cut off from each other, and dead to each other after "
                + Steps.seconds(System.nanoTime() - begin));
        Waiting.until(begin + partition.toNanos());
        cluster.await(
                "each half holds together",
                () -> cluster.see(some, some, MemberCluster.ALIVE) && cluster.see(others, others, MemberCluster.ALIVE));
        long healed = System.nanoTime();
        cluster.heal();
        cluster.await("the halves are one cluster again", cluster::isOne);
        noOtherDeath(place, event -> some.contains(event.by()) != some.contains(event.subject()));
        steps.say("healed after " + Steps.seconds(healed - begin) + ", and one cluster again "
                + Steps.seconds(System.nanoTime() - healed) + " later, without an operator");
    }
}
