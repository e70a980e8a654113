package io.holdfast.autoscale.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.fleet.FleetEffect.Drain;
import io.holdfast.autoscale.fleet.FleetEffect.Leave;
import io.holdfast.autoscale.fleet.FleetEffect.MoveVote;
import io.holdfast.autoscale.fleet.FleetEffect.Start;
import io.holdfast.autoscale.fleet.FleetEffect.Stop;
import io.holdfast.autoscale.fleet.FleetEffect.Tell;
import io.holdfast.core.MemberState;
import io.holdfast.core.ReplicaRole;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that stand still, die and come back while they are taken away: what storms by seed showed. */
class DepartureTroubleTest {
    private static FleetWorld grown() {
        FleetWorld world = new FleetWorld(6, FleetWorld.NAMING).withVoters();
        for (int i = 4; i <= 5; i++) {
            world.serves("node-" + i, ReplicaRole.LEARNER).instance("node-" + i, Instance.State.RUNNING);
        }
        return world.want(5);
    }

    private static FleetWorld leaving(String node) {
        FleetWorld world = grown().want(4);
        assertEquals(new Drain(node, true), world.until(Drain.class, 5));
        world.drains(node, true);
        world.hear(new FleetInput.Draining(node, true, 3_000, 0));
        world.until(Leave.class, 3);
        return world;
    }

    /** Its new process does not drain, and has requests that would be lost. */
    @Test
    void whoIsStartedAnewBeforeItLeavesDrainsAgain() {
        FleetWorld world = leaving("node-5");
        world.drains("node-5", false);
        world.hear(new FleetInput.Draining("node-5", false, 0, -1)); // what it says to an order to leave then
        assertEquals(new Drain("node-5", true), world.until(Drain.class, 3));
        world.never(Stop.class, 20);
        world.hear(new FleetInput.Draining("node-5", true, 3_000, 0));
        world.until(Leave.class, 3);
    }

    /** As where whoever starts processes starts every one anew that ends. */
    @Test
    void whoIsStartedAnewAfterItLeftDrainsBeforeItIsStopped() {
        FleetWorld world = leaving("node-5");
        world.state("node-5", MemberState.LEFT);
        Stop stop = world.until(Stop.class, 3);
        world.hear(new FleetInput.NotStopped(stop.action(), false, "busy"));
        world.state("node-5", MemberState.ALIVE).drains("node-5", false);
        assertEquals(new Drain("node-5", true), world.until(Drain.class, 5));
        world.drains("node-5", true);
        world.hear(new FleetInput.Draining("node-5", true, 3_000, 0));
        world.until(Leave.class, 3);
        world.state("node-5", MemberState.LEFT);
        assertEquals(stop, world.until(Stop.class, 3));
    }

    /** It says that it is there some seconds before it says that it serves: found by seed 59. */
    @Test
    void whoIsBackAndIsAboutToServeIsNotStoppedEither() {
        FleetWorld world = leaving("node-5");
        world.state("node-5", MemberState.LEFT);
        Stop stop = world.until(Stop.class, 3);
        world.hear(new FleetInput.NotStopped(stop.action(), false, "busy"));
        world.state("node-5", MemberState.ALIVE).drains("node-5", false).load("node-5", Sighting.SERVING, -1);
        assertEquals(new Drain("node-5", true), world.until(Drain.class, 5));
    }

    /** It stood still when its departure was given up, and nobody told it. */
    @Test
    void whoDrainsAndIsNotTakenAwayServesAgain() {
        FleetWorld world = grown();
        world.role("node-4", ReplicaRole.SLAVE)
                .role("node-5", ReplicaRole.SLAVE)
                .serves("node-6", ReplicaRole.LEARNER);
        world.want(5);
        world.until(Drain.class, 5);
        world.drains("node-5", true);
        world.hear(new FleetInput.Draining("node-5", true, 3_000, 0));
        world.until(MoveVote.class, 3);
        world.state("node-5", MemberState.DEAD);
        world.until(Tell.class, 3);
        assertTrue(world.fleet.state().going().isEmpty());

        world.want(6);
        world.never(Drain.class, 20);
        world.state("node-5", MemberState.ALIVE);
        assertEquals(new Drain("node-5", false), world.until(Drain.class, 20));
        world.drains("node-5", false);
        world.hear(new FleetInput.Draining("node-5", false, 0, 0));
        world.step();
        assertTrue(world.fleet.state().going().isEmpty());
        world.never(Drain.class, 60);
    }

    /** What an operator drains is the operator's. */
    @Test
    void whoDrainsForAnotherReasonIsLeftAlone() {
        FleetWorld world = grown();
        world.drains("node-5", true).load("node-5", Sighting.DRAINS, 0);
        world.never(Drain.class, 60);
    }

    /** The next node that decides was started a moment ago, and has not heard of those that are down. */
    @Test
    void theNameOfANodeThatIsDownIsNotGivenToAnother() {
        FleetWorld world = grown();
        world.never(Start.class, 3);
        world.gone("node-2").gone("node-3");
        world.takeOver();
        world.never(Start.class, 50); // their places are kept for a while
        Start start = world.until(Start.class, 30);
        assertEquals(List.of("node-6"), start.growth().nodes().subList(0, 1));
    }

    /** It has not looked at the target yet when it takes over, and forgets nobody for that: found by seed 172. */
    @Test
    void theNextNodeThatDecidesReplacesWhatHangs() {
        FleetWorld world = grown().want(6);
        world.hear(new FleetInput.Started(world.until(Start.class, 5).growth().action()));
        world.instance("node-6", Instance.State.RUNNING);
        world.never(Stop.class, 3);
        world.takeOver();
        assertEquals("node-6", world.until(Stop.class, 330).node());
    }

    /** But who was taken away is not waited for, and its name is free. */
    @Test
    void theNameOfANodeThatHasLeftIsGivenAgain() {
        FleetWorld world = leaving("node-5");
        world.state("node-5", MemberState.LEFT);
        Stop stop = world.until(Stop.class, 3);
        world.noInstance("node-5");
        world.hear(new FleetInput.Stopped(stop.action()));
        world.step();
        world.gone("node-5");
        world.step();
        assertFalse(
                world.fleet.state().known().contains("node-5"),
                world.fleet.state().toString());
        world.takeOver();
        assertEquals(
                List.of("node-5"), world.want(5).until(Start.class, 5).growth().nodes());
    }

    @Test
    void whatIsBeingStoppedRunsStillAndCountsForTheMost() {
        FleetWorld world = grown();
        world.serves("node-6", ReplicaRole.LEARNER).instance("node-6", Instance.State.STOPPING);
        world.state("node-6", MemberState.LEFT).want(6);
        world.never(Start.class, 30);
        assertTrue(world.fleet.waitsFor().contains("room"), world.fleet.waitsFor());
        world.noInstance("node-6");
        assertFalse(world.until(Start.class, 70).growth().nodes().isEmpty());
    }

    /** The target has the order and is slow; whoever starts processes starts this one anew meanwhile: found by seed 1789. */
    @Test
    void whoIsBackWhileTheOrderToStopItIsOnItsWayServesNoMore() {
        FleetWorld world = leaving("node-5");
        world.state("node-5", MemberState.LEFT);
        Stop stop = world.until(Stop.class, 3);
        world.state("node-5", MemberState.ALIVE).drains("node-5", false);
        assertEquals(new Drain("node-5", true), world.until(Drain.class, 5));
        world.want(5); // the load is back, too
        for (int i = 0; i < 20; i++) {
            world.step();
        }
        assertEquals(List.of(), toServeAgain(world));
        assertEquals(
                FleetState.Phase.DRAIN,
                world.fleet.state().going().orElseThrow().phase());
        world.hear(new FleetInput.NotStopped(stop.action(), false, "busy"));
        world.until(Drain.class, 5);
        assertEquals(List.of(new Drain("node-5", false)), toServeAgain(world));
    }

    private static List<Drain> toServeAgain(FleetWorld world) {
        return world.done(Drain.class).stream().filter(drain -> !drain.is()).toList();
    }

    /** One order is on its way at a time. */
    @Test
    void whoLeavesAgainIsNotOrderedToStopTwiceAtOnce() {
        FleetWorld world = leaving("node-5");
        world.state("node-5", MemberState.LEFT);
        Stop stop = world.until(Stop.class, 3);
        world.state("node-5", MemberState.ALIVE).drains("node-5", false);
        world.until(Drain.class, 5);
        world.drains("node-5", true);
        world.hear(new FleetInput.Draining("node-5", true, 3_000, 0));
        world.until(Leave.class, 3);
        world.state("node-5", MemberState.LEFT);
        world.never(Stop.class, 20);
        world.hear(new FleetInput.NotStopped(stop.action(), false, "busy"));
        assertEquals(stop, world.until(Stop.class, 5));
    }

    /** It was to be replaced, since it did not come; and it does, while the target has not got to that yet. */
    @Test
    void whoComesAfterAllIsNotReplacedAndServesOn() {
        FleetWorld world = grown().want(6);
        world.hear(new FleetInput.Started(world.until(Start.class, 5).growth().action()));
        world.instance("node-6", Instance.State.RUNNING);
        Stop stop = world.until(Stop.class, 330);
        assertEquals("node-6", stop.node());
        world.serves("node-6", ReplicaRole.LEARNER);
        assertEquals(new Drain("node-6", true), world.until(Drain.class, 5));
        world.drains("node-6", true);
        world.hear(new FleetInput.Draining("node-6", true, 3_000, 0));
        world.hear(new FleetInput.NotStopped(stop.action(), false, "it waited"));
        assertEquals(new Drain("node-6", false), world.until(Drain.class, 5));
        world.never(Leave.class, 60);
    }

    /** It can be told to serve again, and be stopped a moment later: until that is known, nobody else goes. */
    @Test
    void whileAnOrderToStopIsUnansweredNobodyElseGoes() {
        FleetWorld world = leaving("node-5");
        world.state("node-5", MemberState.LEFT);
        Stop stop = world.until(Stop.class, 3);
        world.state("node-5", MemberState.ALIVE).drains("node-5", false).role("node-5", ReplicaRole.SLAVE);
        world.until(Tell.class, 5); // it was given a vote, and stays
        assertEquals(new Drain("node-5", false), world.until(Drain.class, 3));
        world.drains("node-5", false);
        world.hear(new FleetInput.Draining("node-5", false, 0, 0));
        world.want(3);
        for (int i = 0; i < 30; i++) {
            world.step();
        }
        assertFalse(world.done(Drain.class).contains(new Drain("node-4", true)));
        world.hear(new FleetInput.NotStopped(stop.action(), false, "busy"));
        assertEquals(new Drain("node-4", true), world.until(Drain.class, 30));
    }
}
