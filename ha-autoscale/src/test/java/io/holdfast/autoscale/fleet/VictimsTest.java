package io.holdfast.autoscale.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Load;
import io.holdfast.core.ReplicaRole;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VictimsTest {

    /** Node 1 is the master, 2 and 3 vote; 4 to 6 do not. The target has all of them. */
    private static FleetWorld six() {
        FleetWorld world = new FleetWorld(9, FleetWorld.NAMING).withVoters();
        for (int i = 1; i <= 6; i++) {
            if (i > 3) {
                world.serves("node-" + i, ReplicaRole.LEARNER);
            }
            world.instance("node-" + i, Instance.State.RUNNING);
        }
        return world.want(6);
    }

    private static Victims.Choice choice(FleetWorld world, Map<String, String> held) {
        for (int i = 0; i < 3; i++) {
            world.step();
        }
        return Victims.choose(world.fleet.standings().values(), FleetWorld.NAMING, held, "node-1", true);
    }

    private static String chosen(FleetWorld world) {
        return choice(world, Map.of()).node();
    }

    @Test
    void theHighestNumberIfAllElseIsEqual() {
        assertEquals("node-6", chosen(six()));
    }

    @Test
    void whoHasTheFewestRequests() {
        assertEquals(
                "node-4",
                chosen(six().load("node-4", Load.IN_FLIGHT, 1)
                        .load("node-5", Load.IN_FLIGHT, 5)
                        .load("node-6", Load.IN_FLIGHT, 9)));
    }

    @Test
    void ratherOneWhereThereAreMoreThanOneWithFewerRequests() {
        FleetWorld world = six();
        for (int i = 1; i <= 6; i++) {
            world.zone("node-" + i, i == 6 ? "b" : "a");
        }
        assertEquals("node-5", chosen(world.load("node-5", Load.IN_FLIGHT, 7).load("node-4", Load.IN_FLIGHT, 8)));
    }

    @Test
    void nobodyWhoMakesABackupIfAnotherCanGo() {
        assertEquals("node-5", chosen(six().load("node-6", Sighting.BACKUP, 1)));
    }

    @Test
    void whoDoesNotServeYetBeforeAllOthers() {
        assertEquals("node-4", chosen(six().load("node-4", Sighting.SERVING, -1)));
    }

    @Test
    void aVoterOnlyIfNobodyElseCan() {
        FleetWorld world = six();
        for (int i = 4; i <= 5; i++) {
            world.noInstance("node-" + i);
        }
        world.load("node-6", Load.IN_FLIGHT, 1_000);
        assertEquals("node-6", chosen(world));
        Victims.Choice voter = choice(world, Map.of("node-6", "it is needed"));
        assertEquals("node-3", voter.node());
        assertEquals("node-4", voter.heir());
    }

    @Test
    void neverTheMaster() {
        FleetWorld world = six();
        for (int i = 2; i <= 6; i++) {
            world.noInstance("node-" + i);
        }
        Victims.Choice nobody = choice(world, Map.of());
        assertEquals("", nobody.node());
        assertTrue(nobody.reason().contains("master"), nobody.reason());
    }

    @Test
    void aVoteGoesToWhoStandsInTheSameZone() {
        FleetWorld world = six();
        for (int i = 4; i <= 6; i++) {
            world.noInstance("node-" + i).zone("node-" + i, i == 5 ? "b" : "a");
        }
        assertEquals("node-5", choice(world.zone("node-3", "b"), Map.of()).heir());
    }

    @Test
    void aVoteGoesToNobodyWhoIsFarBehind() {
        FleetWorld world = six();
        for (int i = 4; i <= 6; i++) {
            world.noInstance("node-" + i).load("node-" + i, "log.lag", i == 6 ? 1 : 60);
        }
        assertEquals("node-6", choice(world, Map.of()).heir());
    }

    @Test
    void numbersAtTheEndOfNames() {
        assertEquals(12, Victims.ordinal("node-12"));
        assertEquals(-1, Victims.ordinal("shop-7f9c-abc"));
        assertEquals(0, Victims.ordinal("shop-0"));
        assertEquals(-1, Victims.ordinal(""));
    }

    @Test
    void nobodyWhoDrainsForSomebodyElse() {
        FleetWorld world = six();
        world.draining("node-6", true);
        assertEquals("node-5", chosen(world));
    }

    /** A voter that is being started says so only when it has read its log. */
    @Test
    void nobodyWhoHasNotSaidWhetherItVotes() {
        FleetWorld world = six();
        world.role("node-6", null).load("node-6", Sighting.SERVING, -1);
        assertEquals("node-5", chosen(world));
    }

    @Test
    void whereThereIsNoLogNobodyButTheOneThatDecidesIsSpared() {
        FleetWorld world = six();
        for (int i = 1; i <= 6; i++) {
            world.role("node-" + i, null);
        }
        for (int i = 0; i < 3; i++) {
            world.step();
        }
        assertEquals(
                "node-5",
                Victims.choose(world.fleet.standings().values(), FleetWorld.NAMING, Map.of(), "node-6", false)
                        .node());
    }
}
