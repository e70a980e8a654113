package io.holdfast.verification.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Health;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberState;
import io.holdfast.core.Node;
import io.holdfast.membership.GossipMembership;
import io.holdfast.membership.node.ClientView;
import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client learns of the members, and what becomes of it when the member that tells it is gone. */
@Timeout(600)
class ClientViewTest {
    private static final Duration SOON = Duration.ofSeconds(20); // a member alone tells nobody for ten

    private final Simulation simulation = new Simulation(71);
    private final GossipCluster members = new GossipCluster(simulation, 4, UnaryOperator.identity());
    private final SimulatedNode machine = simulation.node("client");
    private final List<MemberEvent> told = new ArrayList<>();

    @AfterEach
    void nothingFailed() {
        assertEquals(List.of(), simulation.failures());
    }

    private HaCluster client(String... seeds) {
        return client(machine, seeds);
    }

    private HaCluster client(SimulatedNode on, String... seeds) {
        return HaCluster.builder("shop")
                .node(Node.client(on.id()))
                .with(GossipMembership.seeds(seeds))
                .memberListener(told::add)
                .runtime(on.runtime())
                .executor(on.callbacks())
                .start();
    }

    private void await(String what, BooleanSupplier condition) {
        assertTrue(simulation.runUntil(condition, SOON), () -> what + ": " + told + " " + simulation.failures());
    }

    private static Set<String> seen(HaCluster client, MemberState state) {
        return client.members().all().stream()
                .filter(member -> member.state() == state)
                .map(Member::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String toldBy(HaCluster client) {
        return String.valueOf(
                Objects.requireNonNull(client.feature(ClientView.class).inspectable())
                        .inspect()
                        .get("toldBy"));
    }

    private SimulatedNode informant(HaCluster client) {
        return members.machines().stream()
                .filter(each -> each.id().equals(toldBy(client)))
                .findFirst()
                .orElseThrow();
    }

    private HaCluster informed() {
        members.startAll();
        await("the members agree", members::agree);
        HaCluster client = client("node-1:7400", "node-2:7400");
        await(
                "it sees them",
                () -> client.isReady() && seen(client, MemberState.ALIVE).size() == 5);
        return client;
    }

    @Test
    void itSeesTheMembersAndTheyDoNotSeeIt() {
        HaCluster client = informed();
        assertEquals("z6", client.members().find("node-4").orElseThrow().node().zone());
        await("it was told", () -> told.size() >= 4);
        assertEquals(
                Set.of(MemberEvent.Kind.JOINED),
                told.stream().map(MemberEvent::kind).collect(Collectors.toSet()),
                told.toString());
        assertEquals("client", client.members().self().id());
        simulation.runFor(SOON);
        assertTrue(members.agree(), members.disagreement());
        assertFalse(members.seenBy(members.machine(1)).find("client").isPresent());
    }

    @Test
    void itHearsOfADeathAsSoonAsMembersDo() {
        HaCluster client = informed();
        SimulatedNode victim = members.machines().stream()
                .filter(each -> !each.id().equals(toldBy(client)))
                .findFirst()
                .orElseThrow();
        victim.crash(CrashMode.ALL_LOST);
        await("the members know", () -> members.isGone(victim));
        simulation.runFor(Duration.ofMillis(50));
        assertEquals(Set.of(victim.id()), seen(client, MemberState.DEAD));
        members.start(victim);
        await("it is back", () -> seen(client, MemberState.ALIVE).contains(victim.id()));
        await("it was told", () -> kinds(victim.id()).contains(MemberEvent.Kind.CAME_BACK));
        List<MemberEvent.Kind> kinds = kinds(victim.id());
        assertEquals(MemberEvent.Kind.CAME_BACK, kinds.get(kinds.size() - 1), kinds.toString());
        assertTrue(kinds.contains(MemberEvent.Kind.DIED), kinds.toString());
    }

    private List<MemberEvent.Kind> kinds(String id) {
        return told.stream()
                .filter(event -> event.member().id().equals(id) && event.kind() != MemberEvent.Kind.UPDATED)
                .map(MemberEvent::kind)
                .toList();
    }

    @Test
    void whenItsInformantIsKilledItTurnsToAnother() {
        HaCluster client = informed();
        SimulatedNode first = informant(client);
        first.kill();
        await(
                "another tells it",
                () -> !toldBy(client).isEmpty() && !toldBy(client).equals(first.id()));
        await("it knows of the death", () -> seen(client, MemberState.DEAD).contains(first.id()));
        assertEquals(Health.UP, client.health().health());
    }

    /** A machine that lost its power closes no connection, and a paused process none either. */
    @Test
    void whenItsInformantFallsSilentItTurnsToAnother() {
        HaCluster client = informed();
        SimulatedNode first = informant(client);
        first.pause(Duration.ofSeconds(60));
        await(
                "another tells it",
                () -> !toldBy(client).isEmpty() && !toldBy(client).equals(first.id()));
        await("it knows of the death", () -> seen(client, MemberState.DEAD).contains(first.id()));
    }

    /** The seeds may all be gone: it knows the others from whom it was told. */
    @Test
    void itNeedsItsSeedsOnlyToBeginWith() {
        HaCluster client = informed();
        members.machine(1).crash(CrashMode.ALL_LOST);
        members.machine(2).crash(CrashMode.ALL_LOST);
        await("it sees two", () -> seen(client, MemberState.DEAD).equals(Set.of("node-1", "node-2")));
        assertTrue(Set.of("node-3", "node-4").contains(toldBy(client)), toldBy(client));
    }

    @Test
    void withoutAnyMemberItSaysSoKeepsWhatItKnewAndComesBack() {
        HaCluster client = informed();
        members.machines().forEach(SimulatedNode::kill);
        await("it says so", () -> client.health().health() == Health.DEGRADED);
        assertEquals(5, seen(client, MemberState.ALIVE).size());
        assertTrue(client.isReady(), "it goes on by what it knew");
        String finding = client.explain().findings().toString();
        assertTrue(finding.contains("no member tells this client who is there"), finding);
        members.start(members.machine(2));
        await("it is told again", () -> toldBy(client).equals("node-2"));
        assertEquals(Health.UP, client.health().health());
        assertEquals(Set.of("client", "node-2"), seen(client, MemberState.ALIVE));
        await("it was told", () -> told.stream().anyMatch(e -> e.kind() == MemberEvent.Kind.FORGOTTEN));
    }

    @Test
    void aClientThatFindsNobodyIsNotReadyAndSaysWhy() {
        HaCluster client = client("node-1:7400", "node-2:7400");
        simulation.runFor(Duration.ofSeconds(5));
        assertFalse(client.isReady());
        assertTrue(client.whyNotReady().contains("no member tells client who is there"), client.whyNotReady());
        members.startAll();
        await("it is ready", client::isReady);
    }

    /** Cut off from the others since it began, it would make a client believe that all of them are gone. */
    @Test
    void aMemberThatSeesNobodyElseIsNotBelievedWhileOthersTell() {
        members.startAll();
        await("the members agree", members::agree);
        SimulatedNode alone = members.machine(1);
        Set<String> others = Set.of("node-2", "node-3", "node-4");
        alone.crash(CrashMode.ALL_LOST);
        await("the members know", () -> members.isGone(alone));
        simulation.network().partition(Set.of(alone.id()), others);
        HaCluster hermit = members.start(alone, Node.of(alone.id()).bind(alone.id() + ":7400"));
        await("it serves alone", hermit::isReady);
        for (int i = 0; i < 10; i++) {
            HaCluster client = client(simulation.node("client-" + i), "node-1:7400", "node-2:7400");
            await("it is told", client::isReady);
            assertEquals("node-2", toldBy(client));
            assertTrue(seen(client, MemberState.ALIVE).containsAll(others), told.toString());
        }
        members.machines().stream().filter(each -> others.contains(each.id())).forEach(SimulatedNode::kill);
        HaCluster client = client("node-1:7400", "node-2:7400");
        await("it is believed where no other tells", client::isReady);
        assertEquals("node-1", toldBy(client));
    }

    /** One way is enough to make a connection useless. */
    @Test
    void aCutConnectionIsNoticedAndAnotherMemberAsked() {
        HaCluster client = informed();
        String first = toldBy(client);
        simulation.network().cut(first, "client");
        await(
                "another tells it",
                () -> !toldBy(client).isEmpty() && !toldBy(client).equals(first));
        assertEquals(5, seen(client, MemberState.ALIVE).size());
    }

    @Test
    void clientsSpreadOverTheMembers() {
        informed();
        Set<String> tellers = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            HaCluster client =
                    client(simulation.node("client-" + i), "node-1:7400", "node-2:7400", "node-3:7400", "node-4:7400");
            await("it is told", client::isReady);
            tellers.add(toldBy(client));
        }
        assertEquals(4, tellers.size(), tellers.toString());
    }
}
