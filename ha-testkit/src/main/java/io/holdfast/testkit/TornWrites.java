package io.holdfast.testkit;

import io.holdfast.testkit.Unforced.Cut;
import io.holdfast.testkit.Unforced.Written;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Decides by chance what of a file's unforced changes a loss of power leaves. Each write is kept, lost or torn into
 * sectors. A disk knows sectors only, and a sector that was written after several writes holds them all: so where a
 * later write has reached a sector, the earlier ones have too.
 */
final class TornWrites {
    private static final int SECTOR = 512;

    private enum Fate {
        KEPT,
        LOST,
        PREFIX,
        SUBSET
    }

    private final List<Unforced> changes;
    private final boolean[] keptCuts;
    private final Map<Long, Integer> lastOnSector = new HashMap<>(); // looked up only: its order plays no part

    TornWrites(List<Unforced> changes, SplittableRandom random) {
        this.changes = changes;
        this.keptCuts = new boolean[changes.size()];
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i) instanceof Written written) {
                decide(i, written, random);
            } else {
                keptCuts[i] = random.nextBoolean();
            }
        }
    }

    private void decide(int index, Written written, SplittableRandom random) {
        Fate fate = Fate.values()[random.nextInt(Fate.values().length)];
        long first = written.position() / SECTOR;
        long last = (written.position() + written.length() - 1) / SECTOR;
        long cut = fate == Fate.PREFIX ? random.nextLong(first, last + 1) : last;
        for (long sector = first; sector <= last; sector++) {
            boolean reached =
                    switch (fate) {
                        case KEPT -> true;
                        case LOST -> false;
                        case PREFIX -> sector < cut;
                        case SUBSET -> random.nextBoolean();
                    };
            if (reached) {
                lastOnSector.put(sector, index);
            }
        }
    }

    void applyTo(SimulatedInode inode) {
        for (int i = 0; i < changes.size(); i++) {
            Unforced change = changes.get(i);
            if (change instanceof Written written) {
                apply(i, written, inode);
            } else if (change instanceof Cut cut && keptCuts[i]) {
                inode.reachDisk(cut);
            }
        }
    }

    private void apply(int index, Written written, SimulatedInode inode) {
        long end = written.position() + written.length();
        long from = written.position();
        while (from < end) {
            long to = Math.min(end, (from / SECTOR + 1) * SECTOR);
            if (lastOnSector.getOrDefault(from / SECTOR, -1) >= index) {
                inode.reachDisk(written, from, to);
            }
            from = to;
        }
    }
}
