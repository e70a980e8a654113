package io.holdfast.verification.sim;

import io.holdfast.testkit.SimulatedNode;
import io.holdfast.testkit.SimulatedStorage;
import io.holdfast.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of disks while their nodes are down. In one seed of three, one machine's disk is bad: bits flip in its log, its
 * snapshots or its vote. In another one of three, machines get empty disks, one after the other. Never two at once, since no
 * cluster survives the loss of a majority of its disks: the next one is emptied when the one before is known to have its vote
 * again. And none where what is acknowledged is not forced, since a second node may have lost something there, too.
 */
final class Damage {
    private static final int PER_CENT = 40;

    private final SplittableRandom random;
    private final boolean forced;
    private final boolean empties;
    private @Nullable SimulatedNode victim;
    private @Nullable SimulatedNode emptied;
    private int flips;
    private int emptyDisks;

    Damage(Simulation simulation, List<SimulatedNode> machines, boolean forced) {
        this.random = simulation.random("damage");
        this.forced = forced;
        int kind = random.nextInt(3);
        this.victim = forced && kind == 0 ? machines.get(random.nextInt(machines.size())) : null;
        this.empties = forced && kind == 1;
    }

    /** Before the node's process starts. */
    void beforeStart(SimulatedNode machine) {
        if (empties && random.nextInt(100) < PER_CENT / 2) {
            empty(machine);
        }
        if (machine.equals(victim) && random.nextInt(100) < PER_CENT) {
            strike(machine.storage());
        }
    }

    private void empty(SimulatedNode machine) {
        if (hasCluster(machine) && !awaitsItsVote()) {
            machine.storage().wipe();
            emptied = machine;
            emptyDisks++;
        }
    }

    /** True while a disk was emptied, and the exchange of its vote is not known to be decided. */
    boolean awaitsItsVote() {
        return emptied != null && !hasItsVote(emptied);
    }

    private static boolean hasCluster(SimulatedNode machine) {
        return identity(machine).contains("state=FORMED");
    }

    /** What a node writes down is decided. */
    private static boolean hasItsVote(SimulatedNode machine) {
        String identity = identity(machine);
        int disk = identity.indexOf("disk.id=");
        if (disk < 0) {
            return false;
        }
        String diskId = identity.substring(disk + 8, identity.indexOf('\n', disk));
        return identity.contains("voter." + machine.id() + "=" + diskId + " ");
    }

    private static String identity(SimulatedNode machine) {
        byte[] bytes = machine.storage().read(Path.of("data", "identity"));
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    private void strike(SimulatedStorage storage) {
        List<Path> files = storage.files().stream()
                .filter(path -> path.toString().matches(".*(/log/.*seg|/snapshots/.*|/vote)"))
                .toList();
        for (int left = 1 + random.nextInt(2); left > 0 && !files.isEmpty(); left--) {
            Path file = files.get(random.nextInt(files.size()));
            byte[] bytes = storage.read(file);
            if (bytes != null && bytes.length > 0) {
                // Half of them near the beginning, where something is.
                int range = random.nextBoolean() ? bytes.length : Math.min(bytes.length, 8_192);
                storage.flipBit(file, random.nextInt(range), random.nextInt(8));
                flips++;
            }
        }
    }

    /**
     * Strikes not far before the end of the log, if this disk is the bad one or none is yet; or empties it, if it is the turn
     * of such. The node must be down.
     */
    void strikeNewest(SimulatedNode machine) {
        if (empties) {
            empty(machine);
            return;
        }
        if (!forced || (victim != null && !machine.equals(victim))) {
            return;
        }
        victim = machine;
        List<Path> segments = segments(machine.storage());
        for (int i = segments.size() - 1; i >= 0; i--) {
            byte[] bytes = machine.storage().read(segments.get(i));
            int end = bytes == null ? 0 : end(bytes);
            if (end > 1_000) {
                machine.storage().flipBit(segments.get(i), end - 1 - random.nextInt(Math.min(end, 6_000)), 3);
                flips++;
                return;
            }
        }
    }

    private static int end(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static List<Path> segments(SimulatedStorage storage) {
        return storage.files().stream()
                .filter(path -> path.toString().matches(".*/log/.*seg"))
                .toList();
    }

    /** How many disks were emptied. */
    int emptyDisks() {
        return emptyDisks;
    }

    /** How many bits have flipped. */
    int flips() {
        return flips;
    }
}
