package io.holdfast.backup.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.Damage;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.RestorePlan;
import io.holdfast.backup.RestorePlan.Piece;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.Catalogue.Verification;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.container.Progress;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two layers that hold the same, of which something is damaged: {@code verify} names it, and a restore takes the piece from the other layer and
 * says so. Where both are damaged it goes round the damage, and says so, or refuses and names it; it never restores anything else.
 */
class LayeredDamageTest {
    private static final int FLIPS = 500;
    private static final int SWAPS = 100;
    private static final long LAST = 30;
    private static final String LOG = "log-a";

    private final MemoryRepository whole = new MemoryRepository();
    private final Random random = new Random(500);
    private MemoryRepository near = new MemoryRepository();
    private MemoryRepository away = new MemoryRepository();
    private final Set<String> damagedNear = new TreeSet<>();
    private final Set<String> damagedAway = new TreeSet<>();
    /** What a restore to the end would take, were all whole. */
    private Set<String> needed = Set.of();

    private int taken;
    private int wentRound;
    private int refusals;

    @BeforeEach
    void fill() throws IOException {
        Archive archive = new Archive(whole, Archive.KEYS, 0);
        archive.state(LOG, 10);
        archive.part(LOG, 11, 15);
        archive.part(LOG, 16, 20);
        archive.other(BackupKind.LOGICAL);
        archive.state(LOG, 20);
        archive.part(LOG, 21, 25);
        archive.part(LOG, 26, LAST);
        // So that there is a claim of an epoch to be damaged, too.
        StateRestore.from(whole).keys(Archive.KEYS).into(new FakeTarget(), random);
        fresh();
        RestorePlan plan = plan();
        assertEquals(3, plan.pieces().size(), plan.toString());
        needed = new TreeSet<>(plan.pieces().stream().map(Piece::object).toList());
    }

    private void fresh() {
        near = whole.copy().called("near");
        away = whole.copy().called("away");
        damagedNear.clear();
        damagedAway.clear();
    }

    private StateRestore restore() {
        return StateRestore.from(near, away).keys(Archive.KEYS);
    }

    private RestorePlan plan() {
        return restore().plan();
    }

    private interface Harm {
        void to(MemoryRepository layer, String object);
    }

    private void flip(MemoryRepository layer, String object) {
        byte[] bytes = layer.bytes(object);
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }

    private void cut(MemoryRepository layer, String object) {
        byte[] bytes = layer.bytes(object);
        layer.replace(object, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
    }

    private static void remove(MemoryRepository layer, String object) {
        layer.delete(object);
    }

    private void harm(boolean inNear, String object, Harm harm) {
        harm.to(inNear ? near : away, object);
        (inNear ? damagedNear : damagedAway).add(object);
    }

    private static Verification verified(MemoryRepository layer) {
        return Catalogue.of(layer, Archive.KEYS).verify(Progress.NONE);
    }

    private static void isNamed(MemoryRepository layer, Set<String> objects) {
        if (!objects.isEmpty()) {
            Verification found = verified(layer);
            for (String object : objects) {
                assertTrue(
                        found.damages().stream().map(Damage::object).anyMatch(object::equals),
                        object + " is not named: " + found);
            }
        }
    }

    /** Of what is removed no name is left but that which something else says should be there. */
    private boolean isMissed(String object) {
        return object.startsWith("data/") || object.startsWith("backups/");
    }

    private void isRestoredOrRefused(String what) throws IOException {
        RestorePlan plan;
        try {
            plan = plan();
            assertEquals(LAST, restore().into(new FakeTarget(), random).index(), what);
        } catch (RestoreRefusedException refused) {
            refusals++;
            Set<String> inBoth = new TreeSet<>(damagedNear);
            inBoth.retainAll(damagedAway);
            assertFalse(inBoth.isEmpty(), what + " is whole in one layer, and refused: " + refused);
            String message = String.valueOf(refused.getMessage());
            assertTrue(inBoth.stream().anyMatch(object -> message.contains(id(object))), what + ": " + message);
            return;
        }
        for (Piece piece : plan.pieces()) {
            Set<String> damaged = piece.repository().equals("near") ? damagedNear : damagedAway;
            assertFalse(damaged.contains(piece.object()), what + ": taken is what is damaged, " + piece);
            if (damagedNear.contains(piece.object())) {
                taken++;
                assertEquals("away", piece.repository(), what);
                isSaid(plan, piece.object(), what);
            }
        }
        for (String object : needed) {
            if (damagedNear.contains(object) && damagedAway.contains(object)) {
                wentRound++;
                isSaid(plan, id(object), what);
            }
        }
    }

    /** Of the backup whose it is; of anything else its name. */
    private String id(String object) {
        for (Manifest backup : Catalogue.of(whole, Archive.KEYS).list().backups()) {
            if (object.contains(backup.id().toString())) {
                return backup.id().toString();
            }
        }
        return object;
    }

    /** Backups of which neither layer has anything left. */
    private List<Manifest> nobodyCanKnowOf() {
        Set<String> left = new TreeSet<>(near.names());
        left.addAll(away.names());
        return Catalogue.of(whole, Archive.KEYS).list().backups().stream()
                .filter(backup -> left.stream()
                        .noneMatch(name -> name.contains(backup.id().toString())))
                .toList();
    }

    private static void isSaid(RestorePlan plan, String object, String what) {
        assertTrue(
                plan.remarks().stream().anyMatch(remark -> remark.contains(object)),
                what + ": nothing is said of " + object + " in " + plan.remarks());
    }

    @Test
    void aFlippedBitInOneLayerCostsNothing() throws IOException {
        List<String> names = whole.names();
        for (int i = 0; i < FLIPS; i++) {
            fresh();
            String object = names.get(random.nextInt(names.size()));
            harm(random.nextBoolean(), object, this::flip);
            isNamed(near, damagedNear);
            isNamed(away, damagedAway);
            isRestoredOrRefused("a bit of " + object + " of " + (damagedNear.isEmpty() ? "away" : "near"));
        }
        assertEquals(0, refusals);
        assertTrue(taken > 0, "no flip has hit what is needed in the layer that is asked first");
    }

    @Test
    void whatIsRemovedCutOrFlippedInOneLayerIsTakenFromTheOther() throws IOException {
        for (String object : whole.names()) {
            for (Harm harm : List.<Harm>of(LayeredDamageTest::remove, this::cut, this::flip)) {
                fresh();
                harm(true, object, harm);
                if (near.names().contains(object) || isMissed(object)) {
                    isNamed(near, object.startsWith("backups/") ? Set.of() : damagedNear);
                }
                isRestoredOrRefused(object);
            }
        }
        assertEquals(0, refusals);
        assertEquals(3L * needed.size(), taken);
    }

    @Test
    void whatIsSwappedInOneLayerIsTakenFromTheOther() throws IOException {
        List<String> names = whole.names();
        for (int i = 0; i < SWAPS; i++) {
            fresh();
            String one = names.get(random.nextInt(names.size()));
            String other = names.get(random.nextInt(names.size()));
            byte[] bytes = near.bytes(one);
            byte[] others = near.bytes(other);
            if (Arrays.equals(bytes, others)) {
                continue;
            }
            near.replace(one, others);
            near.replace(other, bytes);
            damagedNear.addAll(List.of(one, other));
            isNamed(near, damagedNear);
            isRestoredOrRefused(one + " and " + other);
        }
        assertEquals(0, refusals);
        assertTrue(taken > 0, "no swap has hit what is needed");
    }

    @Test
    void damageInBothLayersIsGoneRoundOrRefused() throws IOException {
        List<String> names = whole.names();
        for (int i = 0; i < FLIPS; i++) {
            fresh();
            for (int harms = 0; harms < 4; harms++) {
                String object = names.get(random.nextInt(names.size()));
                List<Harm> kinds = List.of(LayeredDamageTest::remove, this::cut, this::flip);
                Harm harm = kinds.get(random.nextInt(kinds.size()));
                for (boolean inNear : random.nextInt(3) > 0 ? List.of(true, false) : List.of(random.nextBoolean())) {
                    if ((inNear ? near : away).names().contains(object)
                            && !(inNear ? damagedNear : damagedAway).contains(object)) {
                        harm(inNear, object, harm);
                    }
                }
            }
            if (nobodyCanKnowOf().isEmpty()) {
                isRestoredOrRefused(damagedNear + " of near and " + damagedAway + " of away");
            }
        }
        assertTrue(refusals > 0 && wentRound > 0 && taken > 0, refusals + ", " + wentRound + ", " + taken);
    }
}
