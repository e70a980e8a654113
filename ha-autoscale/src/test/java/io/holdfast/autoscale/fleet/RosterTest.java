package io.holdfast.autoscale.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.core.MemberState;
import io.holdfast.core.ReplicaRole;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RosterTest {
    private final FleetWorld world =
            new FleetWorld(9, FleetWorld.NAMING).withVoters().want(3);

    private LoadSnapshot look() {
        for (int i = 0; i < 3; i++) {
            world.step();
        }
        return world.fleet.snapshot(Instant.EPOCH, world.now);
    }

    private Stage stage(String node) {
        return world.stage(node);
    }

    @Test
    void theLoadOfAllThatAreReadyIsAddedUp() {
        for (int i = 1; i <= 3; i++) {
            world.load("node-" + i, "cpu", i / 10.0);
        }
        LoadSnapshot snapshot = look();
        assertEquals(3, snapshot.ready());
        assertEquals(3, snapshot.metric("cpu").reported());
        assertEquals(0.6, snapshot.metric("cpu").sum(), 1e-9);
        assertEquals(0.3, snapshot.metric("cpu").max(), 1e-9);
        assertEquals(0.2, snapshot.metric("cpu").mean(), 1e-9);
    }

    @Test
    void whatScalingItselfTellsIsNoLoad() {
        assertEquals(
                Map.of(),
                look().metrics().entrySet().stream()
                        .filter(metric -> metric.getKey().startsWith("scaling."))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** A JVM that has just started looks busy, and is no reason to start another one. */
    @Test
    void whoIsNotWarmIsOnItsWay() {
        world.load("node-3", Sighting.SERVING, 29).load("node-3", "cpu", 1.0);
        LoadSnapshot snapshot = look();
        assertEquals(2, snapshot.ready());
        assertEquals(1, snapshot.warming());
        assertEquals(0, snapshot.metric("cpu").reported());
        assertEquals(Stage.WARMING, stage("node-3"));
        world.load("node-3", Sighting.SERVING, 30);
        assertEquals(1, look().metric("cpu").reported());
    }

    @Test
    void whatIsNotANumberIsMissing() {
        world.load("node-1", "cpu", Double.NaN)
                .load("node-2", "cpu", Double.POSITIVE_INFINITY)
                .load("node-3", "cpu", 0.5);
        LoadSnapshot snapshot = look();
        assertEquals(3, snapshot.ready());
        assertEquals(1, snapshot.metric("cpu").reported());
    }

    @Test
    void whoseSamplesStandStillIsReadyAndItsLoadIsMissing() {
        world.load("node-1", "cpu", 0.5).load("node-2", "cpu", 0.5).load("node-3", "cpu", 0.5);
        look();
        for (int i = 0; i < 20; i++) {
            for (int node = 1; node <= 2; node++) { // the third one's stand still
                world.load("node-" + node, Sighting.BEAT, (double) world.now);
            }
            world.step();
        }
        LoadSnapshot snapshot = world.fleet.snapshot(Instant.EPOCH, world.now);
        assertEquals(3, snapshot.ready());
        assertEquals(2, snapshot.metric("cpu").reported());
    }

    @Test
    void whoDiedKeepsItsPlaceForAWhileAndHasNoLoad() {
        world.load("node-3", "cpu", 0.9);
        look();
        world.state("node-3", MemberState.DEAD);
        LoadSnapshot snapshot = look();
        assertEquals(2, snapshot.ready());
        assertEquals(0, snapshot.warming());
        assertEquals(0, snapshot.metric("cpu").reported());
        assertEquals(Stage.AWAY, stage("node-3"));
        world.now += TimeUnit.MINUTES.toNanos(1);
        look();
        assertEquals(Stage.GONE, stage("node-3"));
    }

    @Test
    void eachNodeIsAtOneStage() {
        world.want(5)
                .instance("node-4", Instance.State.STARTING)
                .instance("node-5", Instance.State.RUNNING)
                .instance("node-6", Instance.State.FAILED)
                .instance("node-7", Instance.State.STOPPING)
                .member("node-5", ReplicaRole.LEARNER, MemberState.ALIVE, -1, 0)
                .serves("node-7", ReplicaRole.LEARNER);
        LoadSnapshot snapshot = look();
        assertEquals(Stage.STARTING, stage("node-4"));
        assertEquals(Stage.STARTING, stage("node-5"));
        assertEquals(Stage.FAILED, stage("node-6"));
        assertEquals(Stage.GONE, stage("node-7"));
        assertEquals(3, snapshot.ready());
        assertEquals(2, snapshot.warming());
        assertEquals(5, world.fleet.placed());
    }

    /** A target that names its nodes gives the name of one that was stopped to the next: seed 1784. */
    @Test
    void whoIsStartedUnderTheNameOfOneThatLeftIsOnItsWay() {
        world.want(4).member("node-4", ReplicaRole.LEARNER, MemberState.LEFT, -1, 0);
        looks();
        world.now += TimeUnit.MINUTES.toNanos(2);
        looks();
        assertEquals(Stage.GONE, stage("node-4"));
        world.instance("node-4", Instance.State.STARTING);
        looks();
        assertEquals(Stage.STARTING, stage("node-4"));
        world.instance("node-4", Instance.State.RUNNING);
        looks();
        assertEquals(Stage.STARTING, stage("node-4"));
        world.noInstance("node-4");
        looks();
        world.now += TimeUnit.MINUTES.toNanos(2);
        looks();
        assertEquals(Stage.GONE, stage("node-4"));
        world.instance("node-4", Instance.State.RUNNING); // a target may say no more than that
        looks();
        assertEquals(Stage.STARTING, stage("node-4"));
        world.serves("node-4", ReplicaRole.LEARNER);
        looks();
        world.state("node-4", MemberState.LEFT);
        looks();
        assertEquals(Stage.AWAY, stage("node-4"));
    }

    @Test
    void whoDoesNotComeUnderSuchANameKeepsNoPlaceForEver() {
        world.want(4).member("node-4", ReplicaRole.LEARNER, MemberState.LEFT, -1, 0);
        looks();
        world.instance("node-4", Instance.State.STARTING);
        looks();
        assertEquals(Stage.STARTING, stage("node-4"));
        world.now += TimeUnit.MINUTES.toNanos(6);
        looks();
        world.now += TimeUnit.MINUTES.toNanos(2);
        looks();
        assertEquals(Stage.GONE, stage("node-4"));
    }

    /** The target is asked every five seconds. */
    private void looks() {
        for (int i = 0; i < 6; i++) {
            look();
        }
    }
}
