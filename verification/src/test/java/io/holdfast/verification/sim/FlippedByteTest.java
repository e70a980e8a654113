package io.holdfast.verification.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.testkit.CrashMode;
import io.holdfast.testkit.SimulatedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * One bit flips somewhere on the disk of a node that is down. Whatever it was a bit of: the node comes back with everything,
 * or refuses to start and says which file; the others go on, and nothing that was acknowledged is lost or differs.
 */
class FlippedByteTest {
    private static final int FLIPS = 300;

    @Test
    void itIsFoundAndHealedOrRefused() {
        SplittableRandom random = new SplittableRandom(21);
        int healed = 0;
        int refused = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            ScriptedCluster life = new ScriptedCluster();
            life.write(14);
            life.simulation.runFor(Duration.ofSeconds(2));
            SimulatedNode victim = life.machines.get(random.nextInt(3));
            victim.crash(CrashMode.ALL_LOST);
            String what = flip(victim, random);
            try {
                if (startsOrRefuses(life, victim, what)) {
                    healed++;
                    life.check(victim);
                } else {
                    refused++;
                    victim.kill();
                    life.simulation.runFor(Duration.ofSeconds(2));
                    life.write(4);
                    assertEquals(List.of(), life.decisions.violations());
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("flip " + flip + ", " + what, e);
            }
        }
        assertTrue(healed > FLIPS / 2, healed + " healed");
        assertTrue(refused > 0, "an identity was hit, too");
    }

    /** A bit of a byte that means something. */
    private static String flip(SimulatedNode victim, SplittableRandom random) {
        List<Path> files = victim.storage().files().stream()
                .filter(path -> path.toString().matches(".*(/log/.*seg|/snapshots/.*snap|/vote|/identity)"))
                .filter(path -> holdsAnything(victim.storage().read(path)))
                .toList();
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = victim.storage().read(file);
        int at = random.nextInt(bytes.length);
        while (bytes[at] == 0) {
            at = (at + 1) % bytes.length;
        }
        victim.storage().flipBit(file, at, random.nextInt(8));
        return victim.id() + ": byte " + at + " of " + file;
    }

    private static boolean holdsAnything(byte[] bytes) {
        for (byte each : bytes) {
            if (each != 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsOrRefuses(ScriptedCluster life, SimulatedNode victim, String what) {
        try {
            life.start(victim);
        } catch (RuntimeException e) {
            String said = "";
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                said += cause.getMessage() + "; ";
            }
            assertTrue(said.contains("identity"), what + ": " + said);
            return false;
        }
        return true;
    }
}
