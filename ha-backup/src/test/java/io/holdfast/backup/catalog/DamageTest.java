package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.Damage;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.catalog.Catalogue.Verification;
import io.holdfast.core.HoldfastException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens to a repository, {@code verify} names the object, and a restore of what it concerns refuses. */
class DamageTest {
    private static final int FLIPS = 500;

    private final MemoryRepository whole = new MemoryRepository();
    private World world = new World(World.KEYS, 1);
    private List<Manifest> backups = List.of();

    private void fill(boolean keys) throws IOException {
        world = new World(keys ? World.KEYS : BackupKeys.none(), 1);
        Manifest first = World.make(world.claim(whole, 7));
        world.pass(Duration.ofHours(1));
        CatalogueWriter writer = world.claim(whole, 8);
        World.make(writer);
        World.make(writer, first.id());
        writer.begin("shop", BackupKind.PHYSICAL, "running", "node-1");
        assertTrue(world.verify(whole).isClean(), world.verify(whole).toString());
        backups = world.catalogue(whole).list().backups();
        assertEquals(3, backups.size());
    }

    /** The object itself is named, and what it belongs to is not restored. */
    private void isFound(MemoryRepository damaged, String name, String what) {
        Verification verification = world.verify(damaged);
        assertTrue(
                verification.damages().stream().map(Damage::object).anyMatch(name::equals),
                what + " is not named: " + verification);
        for (Manifest manifest : backups) {
            boolean concerned = name.equals("backups/" + manifest.id()) || name.startsWith("data/" + manifest.id());
            if (concerned) {
                boolean listed = world.ids(damaged).contains(manifest.id());
                if (listed) {
                    assertThrows(HoldfastException.class, () -> world.restore(damaged, manifest), what);
                }
                assertFalse(listed && name.startsWith("backups/"), what);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFlippedBitAnywhereIsNamed(boolean keys) throws IOException {
        fill(keys);
        Random random = new Random(500);
        List<String> names = whole.names();
        for (int i = 0; i < FLIPS; i++) {
            MemoryRepository damaged = whole.copy();
            String name = names.get(random.nextInt(names.size()));
            byte[] bytes = damaged.bytes(name);
            int at = random.nextInt(bytes.length);
            int bit = random.nextInt(8);
            bytes[at] ^= (byte) (1 << bit);
            isFound(damaged, name, "bit " + bit + " of byte " + at + " of " + name);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsCutIsNamed(boolean keys) throws IOException {
        fill(keys);
        Random random = new Random(501);
        for (String name : whole.names()) {
            int length = whole.bytes(name).length;
            for (int cut : new int[] {0, 1, length / 2, length - 1, random.nextInt(length)}) {
                MemoryRepository damaged = whole.copy();
                damaged.replace(name, Arrays.copyOf(whole.bytes(name), cut));
                isFound(damaged, name, name + " cut to " + cut);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsLongerIsNamed(boolean keys) throws IOException {
        fill(keys);
        for (String name : whole.names()) {
            MemoryRepository damaged = whole.copy();
            byte[] longer = Arrays.copyOf(whole.bytes(name), whole.bytes(name).length + 1);
            damaged.replace(name, longer);
            isFound(damaged, name, name + " with one byte more");
            longer[longer.length - 1] = '\n';
            isFound(damaged, name, name + " with one more line end");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsRemovedIsNamed(boolean keys) throws IOException {
        fill(keys);
        int checked = 0;
        for (String name : whole.names()) {
            // A sign of life goes all the time.
            if (!name.startsWith("running/")) {
                MemoryRepository damaged = whole.copy();
                damaged.delete(name);
                isFound(damaged, name, name + ", removed,");
                checked++;
            }
        }
        assertTrue(checked >= 13, "only " + checked);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsSwappedIsNamed(boolean keys) throws IOException {
        fill(keys);
        List<String> names = whole.names();
        for (String one : names) {
            for (String two : names) {
                if (one.compareTo(two) < 0) {
                    MemoryRepository damaged = whole.copy();
                    damaged.replace(one, whole.bytes(two).clone());
                    damaged.replace(two, whole.bytes(one).clone());
                    isFound(damaged, one, one + ", swapped with " + two + ",");
                    isFound(damaged, two, two + ", swapped with " + one + ",");
                }
            }
        }
    }

    @Test
    void whatNobodyKnowsIsNamed() throws IOException {
        fill(true);
        String backup = world.ids(whole).get(0).toString();
        for (String name : List.of(
                "stranger",
                "data/x",
                "data/" + backup + "/more",
                "backups/x",
                "fences/x",
                "running/x/1",
                "deleting/x")) {
            MemoryRepository damaged = whole.copy();
            damaged.replace(name, new byte[] {1});
            List<Damage> damages = world.verify(damaged).damages();
            assertEquals(List.of(name), damages.stream().map(Damage::object).toList());
            assertEquals(Damage.Kind.EXTRA, damages.get(0).kind());
        }
    }
}
