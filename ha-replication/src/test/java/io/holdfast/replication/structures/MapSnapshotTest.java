package io.holdfast.replication.structures;

import static io.holdfast.replication.structures.MapCommandsTest.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MapSnapshotTest {
    private final MapMachine machine = new MapMachine();
    private final Map<String, Map<String, String>> model = new TreeMap<>();
    private final Random random = new Random(5);

    private static void apply(MapMachine to, byte[] command) {
        to.apply(new StateMachine.Entry(1, 1, 0, ByteBuffer.wrap(command)), 0);
    }

    private void change() {
        String map = "map-" + random.nextInt(6);
        String key = "key-" + random.nextInt(2_000);
        if (random.nextInt(3) == 0) {
            apply(machine, MapCommands.remove(bytes(map), bytes(key)));
            model.computeIfPresent(map, (name, entries) -> {
                entries.remove(key);
                return entries.isEmpty() ? null : entries;
            });
        } else {
            String value = "value-" + random.nextInt();
            apply(machine, MapCommands.put(bytes(map), bytes(key), bytes(value)));
            model.computeIfAbsent(map, name -> new TreeMap<>()).put(key, value);
        }
    }

    private static byte[] written(MapSnapshot snapshot) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        snapshot.writeTo(out);
        return out.toByteArray();
    }

    private static MapMachine restored(byte[] bytes) throws IOException {
        MapMachine other = new MapMachine();
        apply(other, MapCommands.put(bytes("old"), bytes("old"), bytes("must be gone")));
        other.restore(2, new ByteArrayInputStream(bytes));
        return other;
    }

    private static void assertHolds(Map<String, Map<String, String>> expected, MapMachine machine) {
        long size = 0;
        for (Map.Entry<String, Map<String, String>> map : expected.entrySet()) {
            byte[] name = bytes(map.getKey());
            size += map.getValue().size();
            assertEquals(
                    map.getValue().size(),
                    ByteBuffer.wrap(machine.query(ByteBuffer.wrap(MapCommands.size(name)), 0))
                            .getLong());
            map.getValue().forEach((key, value) -> {
                byte[] found = machine.query(ByteBuffer.wrap(MapCommands.get(name, bytes(key))), 0);
                assertArrayEquals(bytes(value), Arrays.copyOfRange(found, 1, found.length));
            });
        }
        byte[] none = machine.query(ByteBuffer.wrap(MapCommands.size(bytes("old"))), 0);
        assertEquals(0, ByteBuffer.wrap(none).getLong());
        assertTrue(size > 0 || expected.isEmpty());
    }

    @Test
    void itHoldsWhatWasThereWhenItWasTakenAndNothingLater() throws IOException {
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 5_000; i++) {
                change();
            }
            Map<String, Map<String, String>> then = new TreeMap<>();
            model.forEach((name, entries) -> then.put(name, new TreeMap<>(entries)));
            MapSnapshot snapshot = machine.snapshot();
            for (int i = 0; i < 5_000; i++) {
                change();
            }
            assertHolds(then, restored(written(snapshot)));
            assertHolds(model, machine);
        }
    }

    @Test
    void aRestoredMachineGoesOnAndTheSameMapsGiveTheSameBytes() throws IOException {
        for (int i = 0; i < 10_000; i++) {
            change();
        }
        byte[] bytes = written(machine.snapshot());
        MapMachine other = restored(bytes);
        assertArrayEquals(bytes, written(other.snapshot()), "another history, the same maps");
        apply(other, MapCommands.put(bytes("map-1"), bytes("key-1"), bytes("new")));
        model.computeIfAbsent("map-1", name -> new TreeMap<>()).put("key-1", "new");
        assertHolds(model, other);
    }

    @Test
    void goldenBytes() throws IOException {
        apply(machine, MapCommands.putExpiring(bytes("m"), bytes("k"), bytes("1"), 5_000_000));
        apply(machine, MapCommands.put(bytes("m"), bytes("l"), bytes("23")));
        apply(machine, MapCommands.put(bytes("a"), bytes(""), bytes("")));
        assertEquals(2, machine.snapshot().version());
        assertEquals(
                ("00000002 00000001 61 0000000000000001 00000000 00000000 0000000000000000"
                                + "00000001 6d 0000000000000002 00000001 6b 00000001 31 00000000004c4b40"
                                + "00000001 6c 00000002 3233 0000000000000000")
                        .replace(" ", ""),
                HexFormat.of().formatHex(written(machine.snapshot())));
    }

    @Test
    void deadlinesAreInItAndGoOnWhereItIsRestored() throws IOException {
        for (int i = 0; i < 3_000; i++) {
            String key = "key-" + random.nextInt(500);
            byte[] name = bytes("map-" + random.nextInt(3));
            long ttl = (1 + random.nextInt(50)) * 1_000_000L;
            apply(
                    machine,
                    random.nextInt(3) == 0
                            ? MapCommands.put(name, bytes(key), bytes("stays"))
                            : MapCommands.putExpiring(name, bytes(key), bytes("goes"), ttl));
        }
        MapSnapshot snapshot = machine.snapshot();
        long hash = machine.hash();
        assertTrue(machine.expire(1, 50_000_000, 10_000) > 500, "after it was taken");
        MapMachine other = restored(written(snapshot));
        assertEquals(hash, other.hash());
        for (long time = 0; time <= 50_000_000; time += 1_000_000) {
            other.expire(1, time, 10_000);
        }
        assertEquals(machine.hash(), other.hash());
        assertArrayEquals(written(machine.snapshot()), written(other.snapshot()));
    }

    @Test
    void theHashTellsDeadlinesApart() {
        byte[] name = bytes("m");
        apply(machine, MapCommands.put(name, bytes("k"), bytes("1")));
        long stays = machine.hash();
        apply(machine, MapCommands.putExpiring(name, bytes("k"), bytes("1"), 5_000_000));
        long goes = machine.hash();
        assertNotEquals(stays, goes);
        apply(machine, MapCommands.putExpiring(name, bytes("k"), bytes("1"), 6_000_000));
        assertNotEquals(goes, machine.hash());
        assertNotEquals(stays, machine.hash());
        apply(machine, MapCommands.put(name, bytes("k"), bytes("1")));
        assertEquals(stays, machine.hash());
    }

    @Test
    void noMapsAreASnapshotToo() throws IOException {
        assertHolds(Map.of(), restored(written(machine.snapshot())));
    }

    @Test
    void whatIsCutShortOrTooLongOrOfAnotherFormatIsRefusedAndChangesNothing() throws IOException {
        apply(machine, MapCommands.put(bytes("m"), bytes("k"), bytes("v")));
        byte[] good = written(machine.snapshot());
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(IOException.class, () -> restored(cut), "length " + length);
        }
        byte[] longer = Arrays.copyOf(good, good.length + 1);
        assertThrows(IOException.class, () -> machine.restore(2, new ByteArrayInputStream(longer)));
        assertThrows(IOException.class, () -> machine.restore(1, new ByteArrayInputStream(good)));
        byte[] empty = {0, 0, 0, 1, 0, 0, 0, 1, 'm', 0, 0, 0, 0, 0, 0, 0, 0};
        assertThrows(IOException.class, () -> machine.restore(2, new ByteArrayInputStream(empty)));
        assertArrayEquals(good, written(machine.snapshot()));
    }

    /** Whatever led to it, and whether it was taken from a snapshot: the same content has the same hash. */
    @Test
    void theHashTellsStatesApart() throws IOException {
        assertEquals(0, machine.hash());
        for (int i = 0; i < 20_000; i++) {
            change();
        }
        long hash = machine.hash();
        MapMachine again = restored(written(machine.snapshot()));
        assertEquals(hash, again.hash());
        MapMachine inOrder = new MapMachine();
        model.forEach((map, entries) ->
                entries.forEach((key, value) -> apply(inOrder, MapCommands.put(bytes(map), bytes(key), bytes(value)))));
        assertEquals(hash, inOrder.hash());
        apply(again, MapCommands.put(bytes("map-0"), bytes("new"), bytes("")));
        assertNotEquals(hash, again.hash());
        apply(again, MapCommands.put(bytes("map-0"), bytes("new"), bytes("1")));
        long other = again.hash();
        apply(again, MapCommands.remove(bytes("map-0"), bytes("new")));
        assertEquals(hash, again.hash());
        apply(again, MapCommands.put(bytes("map-1"), bytes("new"), bytes("1")));
        assertNotEquals(other, again.hash(), "the same entry in another map");
        apply(again, MapCommands.clear(bytes("map-1")));
        assertNotEquals(hash, again.hash());
    }
}
