package io.holdfast.replication.structures;

import static io.holdfast.replication.structures.MapCommandsTest.bytes;
import static io.holdfast.replication.structures.MapCommandsTest.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.TooLargeException;
import io.holdfast.replication.StateMachine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MapMachineTest {
    private static final byte[] M = bytes("m");
    private static final byte[] K = bytes("k");
    private static final long MILLI = 1_000_000;

    private final MapMachine machine = new MapMachine();
    private long index;
    /** Masters' accumulated time. */
    private long now;

    @Test
    void answersAsTheFormatSays() {
        assertEquals("", apply(MapCommands.put(M, K, bytes("1"))));
        assertEquals("0131", apply(MapCommands.getAndPut(M, K, bytes("2"))));
        assertEquals("0132", apply(MapCommands.putIfAbsent(M, K, bytes("3"))));
        assertEquals("00", apply(MapCommands.putIfAbsent(M, bytes("l"), bytes(""))));
        assertEquals("01", ask(MapCommands.get(M, bytes("l"))));
        assertEquals("0132", apply(MapCommands.replace(M, K, bytes("4"))));
        assertEquals("00", apply(MapCommands.replace(M, bytes("x"), bytes("4"))));
        assertEquals("00", ask(MapCommands.get(M, bytes("x"))));
        assertEquals("0134", ask(MapCommands.get(M, K)));
        assertEquals("0000000000000002", ask(MapCommands.size(M)));
        assertEquals("01", apply(MapCommands.remove(M, K)));
        assertEquals("00", apply(MapCommands.remove(M, K)));
        assertEquals("01", apply(MapCommands.getAndRemove(M, bytes("l"))));
        assertEquals("00", apply(MapCommands.getAndRemove(M, bytes("l"))));
        assertEquals("0000000000000000", ask(MapCommands.size(M)));
    }

    @Test
    void comparesAndSetsValuesAndTheirAbsence() {
        assertEquals("00", apply(MapCommands.compareAndSet(M, K, bytes("1"), bytes("2"))), "there is none yet");
        assertEquals("01", apply(MapCommands.compareAndSet(M, K, null, null)), "none, and none still");
        assertEquals("0000000000000000", ask(MapCommands.size(M)));
        assertEquals("01", apply(MapCommands.compareAndSet(M, K, null, bytes("1"))));
        assertEquals("00", apply(MapCommands.compareAndSet(M, K, null, bytes("2"))), "there is one now");
        assertEquals("00", apply(MapCommands.compareAndSet(M, K, bytes("12"), bytes("2"))));
        assertEquals("01", apply(MapCommands.compareAndSet(M, K, bytes("1"), bytes("2"))));
        assertEquals("00", apply(MapCommands.compareAndSet(M, K, bytes("1"), null)));
        assertEquals("0132", ask(MapCommands.get(M, K)));
        assertEquals("01", apply(MapCommands.compareAndSet(M, K, bytes("2"), null)));
        assertEquals("00", ask(MapCommands.get(M, K)));
    }

    @Test
    void aBatchIsDoneInItsOrderAndReadsAsIfEachHadBeenAlone() {
        apply(MapCommands.put(M, bytes("old"), bytes("1")));
        BatchCommand batch = new BatchCommand(1_000);
        batch.put(bytes("gone"), bytes("1"));
        batch.clear();
        batch.put(K, bytes("1"));
        batch.put(K, bytes("2"));
        batch.put(bytes("l"), bytes("1"));
        batch.remove(bytes("l"));
        batch.remove(bytes("never there"));
        assertEquals(7, batch.count());
        assertEquals("", apply(batch.of(M)));
        assertEquals("0132", ask(MapCommands.get(M, K)));
        assertEquals("0000000000000001", ask(MapCommands.size(M)));
        batch.clear();
        apply(batch.of(M));
        assertEquals("0000000000000000", ask(MapCommands.size(M)), "one that clears last leaves no map");
    }

    @Test
    void aBatchGrowsUpToItsLimitAndIsAsItWasBeyond() {
        BatchCommand batch = new BatchCommand(1_000);
        for (int i = 0; i < 90; i++) {
            batch.put(K, bytes(""));
            batch.clear();
        }
        assertThrows(TooLargeException.class, () -> batch.put(K, new byte[1]));
        batch.put(K, new byte[0]);
        assertThrows(TooLargeException.class, batch::clear);
        assertEquals(181, batch.count());
        assertEquals(1_000 + 3, batch.of(M).length);
        apply(batch.of(M));
        assertEquals("0000000000000001", ask(MapCommands.size(M)));
    }

    @Test
    void aValueGoesWhenItsTimeHasComeAndNotBefore() {
        now = 7 * MILLI;
        assertEquals("", apply(MapCommands.putExpiring(M, K, bytes("1"), 5 * MILLI)));
        apply(MapCommands.put(M, bytes("l"), bytes("2")));
        assertEquals(0, machine.expire(1, 12 * MILLI - 1, 10));
        assertFalse(machine.isDue(12 * MILLI - 1));
        assertEquals("0131", ask(MapCommands.get(M, K)));
        assertTrue(machine.isDue(12 * MILLI));
        assertEquals(1, machine.expire(1, 12 * MILLI, 10));
        assertEquals("00", ask(MapCommands.get(M, K)));
        assertEquals("0000000000000001", ask(MapCommands.size(M)));
        assertEquals(0, machine.expire(1, Long.MAX_VALUE - 1, 10), "what has no deadline stays");
    }

    @Test
    void aNewValueHasItsOwnDeadlineOrNone() {
        List<byte[]> settingOnes = List.of(
                MapCommands.put(M, K, bytes("2")),
                MapCommands.getAndPut(M, K, bytes("2")),
                MapCommands.replace(M, K, bytes("2")),
                MapCommands.compareAndSet(M, K, bytes("1"), bytes("2")),
                batchOf(batch -> batch.put(K, bytes("2"))));
        for (byte[] setting : settingOnes) {
            apply(MapCommands.putExpiring(M, K, bytes("1"), 5 * MILLI));
            apply(setting);
            assertEquals(0, machine.expire(1, 5 * MILLI, 10));
            assertEquals("0132", ask(MapCommands.get(M, K)));
        }
        for (byte[] notSetting : List.of(
                MapCommands.putIfAbsent(M, K, bytes("2")), MapCommands.compareAndSet(M, K, bytes("x"), bytes("2")))) {
            apply(MapCommands.putExpiring(M, K, bytes("1"), 5 * MILLI));
            apply(notSetting);
            assertEquals(1, machine.expire(1, 5 * MILLI, 10));
            assertEquals("00", ask(MapCommands.get(M, K)));
        }
        apply(MapCommands.putExpiring(M, K, bytes("1"), 5 * MILLI));
        apply(batchOf(batch -> batch.putExpiring(K, bytes("2"), 9 * MILLI)));
        assertEquals(0, machine.expire(1, 5 * MILLI, 10), "later");
        apply(MapCommands.putExpiring(M, K, bytes("1"), 3 * MILLI));
        assertEquals(1, machine.expire(1, 3 * MILLI, 10), "and sooner");
        apply(MapCommands.putExpiring(M, K, new byte[8], 5 * MILLI));
        apply(MapCommands.add(M, K, 1));
        assertEquals(0, machine.expire(1, 5 * MILLI, 10), "a sum is a new value, too");
    }

    @Test
    void whatWasRemovedOrClearedExpiresNoMore() {
        apply(MapCommands.putExpiring(M, K, bytes("1"), 5 * MILLI));
        apply(MapCommands.remove(M, K));
        apply(MapCommands.putExpiring(M, K, bytes("1"), 6 * MILLI));
        apply(MapCommands.clear(M));
        assertFalse(machine.isDue(Long.MAX_VALUE - 1));
        apply(MapCommands.put(M, K, bytes("2")));
        assertEquals(0, machine.expire(1, 6 * MILLI, 10));
        assertEquals("0132", ask(MapCommands.get(M, K)));
        assertEquals(0, new MapMachine().expire(1, Long.MAX_VALUE - 1, 10));
    }

    @Test
    void manyGoInTheOrderOfTheirDeadlinesAPartAtATime() {
        Random random = new Random(4);
        TreeMap<Long, String> byDeadline = new TreeMap<>();
        while (byDeadline.size() < 500) {
            long ttl = (1 + random.nextInt(10_000)) * MILLI;
            byte[] name = bytes("m" + random.nextInt(3));
            if (byDeadline.put(ttl, new String(name, StandardCharsets.UTF_8)) == null) {
                apply(MapCommands.putExpiring(name, bytes("k" + ttl), bytes("v"), ttl));
            }
        }
        int left = byDeadline.size();
        for (long time = 0; left > 0; time += 100 * MILLI) {
            while (machine.isDue(time)) {
                int removed = machine.expire(1, time, 3);
                assertTrue(removed > 0 && removed <= 3, "removed " + removed);
                for (int i = 0; i < removed; i++) {
                    Map.Entry<Long, String> next = byDeadline.pollFirstEntry();
                    byte[] key = bytes("k" + next.getKey());
                    assertEquals("00", ask(MapCommands.get(bytes(next.getValue()), key)));
                }
                left -= removed;
                assertEquals(left, sizes(), "none but those that go first");
            }
            assertTrue(byDeadline.isEmpty() || byDeadline.firstKey() > time);
        }
    }

    private long sizes() {
        long sum = 0;
        for (int i = 0; i < 3; i++) {
            sum += MapCommands.number(machine.query(ByteBuffer.wrap(MapCommands.size(bytes("m" + i))), 0));
        }
        return sum;
    }

    private static byte[] batchOf(Consumer<BatchCommand> changes) {
        BatchCommand batch = new BatchCommand(1_000);
        changes.accept(batch);
        return batch.of(M);
    }

    @Test
    void tellsOfWhatHasChangedAndOfNothingElse() {
        List<String> told = new ArrayList<>();
        machine.tell(change -> told.add(change.index() + " " + change.kind() + " "
                + StandardCharsets.UTF_8.decode(change.name().duplicate()) + " "
                + new String(change.key(), StandardCharsets.UTF_8) + "="
                + new String(change.value(), StandardCharsets.UTF_8)));
        apply(MapCommands.put(M, K, bytes("1")));
        apply(MapCommands.put(M, K, bytes("1")));
        apply(MapCommands.putIfAbsent(M, K, bytes("2")));
        apply(MapCommands.remove(M, bytes("x")));
        apply(MapCommands.clear(bytes("n")));
        apply(MapCommands.compareAndSet(M, K, bytes("1"), bytes("3")));
        apply(MapCommands.compareAndSet(M, K, bytes("3"), null));
        apply(MapCommands.putExpiring(M, K, bytes("4"), MILLI));
        apply(MapCommands.putExpiring(bytes("n"), bytes("l"), bytes("5"), MILLI));
        machine.expire(10, MILLI, 100);
        apply(batchOf(batch -> {
            batch.put(K, bytes("6"));
            batch.remove(K);
            batch.put(bytes("l"), bytes(""));
            batch.clear();
        }));
        assertEquals(
                List.of(
                        "1 1 m k=1",
                        "2 1 m k=1",
                        "6 1 m k=3",
                        "7 2 m k=",
                        "8 1 m k=4",
                        "9 1 n l=5",
                        "10 3 m k=",
                        "10 3 n l=",
                        "10 1 m k=6",
                        "10 2 m k=",
                        "10 1 m l=",
                        "10 4 m ="),
                told);
    }

    @Test
    void keepsMapsApartAndClearsOne() {
        apply(MapCommands.put(M, K, bytes("1")));
        apply(MapCommands.put(bytes("n"), K, bytes("2")));
        assertEquals("", apply(MapCommands.clear(M)));
        assertEquals("", apply(MapCommands.clear(bytes("never written"))));
        assertEquals("00", ask(MapCommands.get(M, K)));
        assertEquals("0132", ask(MapCommands.get(bytes("n"), K)));
    }

    @Test
    void keepsNothingOfTheCommandsBuffer() {
        byte[] command = MapCommands.put(M, K, bytes("1"));
        apply(command);
        Arrays.fill(command, (byte) 0x7f);
        assertEquals("0131", ask(MapCommands.get(M, K)));
        assertEquals("0000000000000001", ask(MapCommands.size(M)));
    }

    @Test
    void readsReadOnlyAndDirectBuffersFromTheirPosition() {
        byte[] command = MapCommands.put(M, K, bytes("1"));
        ByteBuffer direct = ByteBuffer.allocateDirect(command.length + 6);
        direct.position(3).put(command);
        direct.flip().position(3);
        machine.apply(new StateMachine.Entry(1, 1, 0, direct.asReadOnlyBuffer()), 0);
        assertEquals(3, direct.position());
        assertEquals("0131", ask(MapCommands.get(M, K)));
    }

    @Test
    void scansInPagesByPrefixAndLimits() {
        for (int i = 0; i < 10; i++) {
            apply(MapCommands.put(M, bytes("a" + i), new byte[10]));
            apply(MapCommands.put(M, bytes("b" + i), new byte[10]));
        }
        apply(MapCommands.put(M, new byte[] {'a', (byte) 0xff}, new byte[0]));
        List<String> keys = new ArrayList<>();
        assertTrue(page(keys, "a", null, 4, 1_000_000));
        assertEquals(List.of("a0", "a1", "a2", "a3"), keys);
        assertTrue(page(keys, "a", "a3", 4, 20), "each entry takes 20 bytes with its lengths");
        assertTrue(page(keys, "a", "a4", 4, 59));
        assertTrue(page(keys, "a", "a6", 4, 1), "one is always given");
        assertFalse(page(keys, "a", "a7", 4, 1_000));
        assertEquals(List.of("a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "a\ufffd"), keys);
        keys.clear();
        assertFalse(page(keys, "a", "b", 4, 1_000), "behind the prefix");
        assertFalse(page(keys, "c", null, 4, 1_000));
        assertFalse(page(keys, "b9", "a", 4, 1_000), "after is before the prefix");
        assertEquals(List.of("b9"), keys);
    }

    @Test
    void aPageHasLimitsOfItsOwn() {
        for (int i = 0; i < ScanPage.MAX_ENTRIES + 1; i++) {
            apply(MapCommands.put(M, bytes("k" + i), new byte[0]));
        }
        List<String> keys = new ArrayList<>();
        assertTrue(page(keys, "", null, Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertEquals(ScanPage.MAX_ENTRIES, keys.size());
        for (int i = 0; i < 5; i++) {
            apply(MapCommands.put(M, bytes("v" + i), new byte[100_000]));
        }
        keys.clear();
        assertTrue(page(keys, "v", null, Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertEquals(List.of("v0", "v1"), keys);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "01",
                "01 00",
                "01 026d",
                "01 016d",
                "01 016d 000000",
                "01 016d 00000001",
                "01 016d 7fffffff 6b",
                "01 016d ffffffff 6b",
                "05 016d 00000001 6b",
                "05 016d 00000001 6b 02",
                "05 016d 00000001 6b 01 00000005 31",
                "05 016d 00000001 6b 00",
                "05 016d 00000001 6b 00 00 31",
                "08 016d 00",
                "00 016d",
                "09 016d",
                "0a 016d",
                "0a 016d 08 01",
                "0a 016d 08 01 00000001 6b 00000001",
                "0a 016d 08 02 00000001 6b 00000000",
                "0a 016d 08 06 00000002 6b",
                "0a 016d 08 0b 00000000000f423f 00000001 6b 00000000",
                "0b 016d 0000000000000000 00000001 6b 31",
                "0b 016d 00000000000f423f 00000001 6b 31",
                "0b 016d 04614dfd7c4b0001 00000001 6b 31",
                "0b 016d ffffffffffffffff 00000001 6b 31",
                "0b 016d 00000000000f4240 00000002 6b",
                "40 016d 6b"
            })
    void refusesMalformedCommandsAndChangesNothing(String hex) {
        apply(MapCommands.put(M, K, bytes("1")));
        assertThrows(IllegalArgumentException.class, () -> apply(hex(hex)));
        assertEquals("0131", ask(MapCommands.get(M, K)));
        assertEquals("0000000000000001", ask(MapCommands.size(M)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "40 00",
                "41 016d 00",
                "42 016d 00000001",
                "42 016d 00000000 00000000 00000001 00",
                "42 016d 00000000 00000001 ffffffff 00",
                "42 016d 00000000 00000001 00000001 00 00",
                "42 016d 00000000 00000001 00000001 03",
                "42 016d 40000000 00000001 00000001 00",
                "43 016d 00",
                "44 016d",
                "01 016d 00000001 6b 31"
            })
    void refusesMalformedRequests(String hex) {
        assertThrows(IllegalArgumentException.class, () -> ask(hex(hex)));
    }

    @Test
    void rubbishEndsInNothingWorseThanARefusal() {
        Random random = new Random(5);
        byte[][] good = {
            MapCommands.put(M, K, bytes("1")),
            MapCommands.compareAndSet(M, K, bytes("1"), bytes("2")),
            MapCommands.scan(M, K, K, 10, 1_000),
            MapCommands.getAndRemove(M, K)
        };
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good[random.nextInt(good.length)].clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            try {
                if (random.nextBoolean()) {
                    apply(cut);
                } else {
                    ask(cut);
                }
            } catch (IllegalArgumentException expected) {
                refused++;
            }
        }
        assertTrue(refused > 10_000, "only " + refused);
    }

    @Test
    void theSameEntriesGiveTheSameAnswers() {
        MapMachine other = new MapMachine();
        Random random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            byte[] key = bytes("k" + random.nextInt(50));
            byte[] value = bytes("v" + random.nextInt(4));
            byte[] name = bytes("m" + random.nextInt(3));
            byte[] command =
                    switch (random.nextInt(7)) {
                        case 0 -> MapCommands.getAndPut(name, key, value);
                        case 1 -> MapCommands.putIfAbsent(name, key, value);
                        case 2 -> MapCommands.compareAndSet(name, key, value, bytes("v0"));
                        case 3 -> MapCommands.getAndRemove(name, key);
                        case 4 -> MapCommands.replace(name, key, value);
                        case 5 -> MapCommands.putExpiring(name, key, value, (1 + random.nextInt(9)) * MILLI);
                        default -> random.nextInt(100) == 0 ? MapCommands.clear(name) : MapCommands.remove(name, key);
                    };
            StateMachine.Entry entry = new StateMachine.Entry(i + 1, 1, 0, ByteBuffer.wrap(command));
            long time = i * MILLI / 4;
            assertEquals(machine.expire(1, time, 100), other.expire(1, time, 100));
            assertArrayEquals(machine.apply(entry, time), other.apply(entry, time));
            assertEquals(machine.hash(), other.hash());
        }
        for (int i = 0; i < 3; i++) {
            byte[] scan = MapCommands.scan(bytes("m" + i), bytes(""), null, 1_000, 1_000_000);
            assertArrayEquals(machine.query(ByteBuffer.wrap(scan), 0), other.query(ByteBuffer.wrap(scan), 0));
        }
    }

    @Test
    void aMapThatWasEmptiedIsAsOneThatNeverWas() {
        apply(MapCommands.put(M, K, bytes("1")));
        apply(MapCommands.remove(M, K));
        assertNull(MapCommands.optional(hex(ask(MapCommands.get(M, K)))));
        assertEquals("00", ask(MapCommands.scan(M, bytes(""), null, 1, 1)));
        apply(MapCommands.put(M, K, bytes("2")));
        assertEquals("0132", ask(MapCommands.get(M, K)));
    }

    private boolean page(List<String> keys, String prefix, String after, int maxEntries, int maxBytes) {
        byte[] request = MapCommands.scan(M, bytes(prefix), after == null ? null : bytes(after), maxEntries, maxBytes);
        return MapCommands.page(
                machine.query(ByteBuffer.wrap(request), 0),
                (key, value) -> keys.add(new String(key, StandardCharsets.UTF_8)));
    }

    private String apply(byte[] command) {
        index++;
        return HexFormat.of()
                .formatHex(machine.apply(new StateMachine.Entry(index, 1, 0, ByteBuffer.wrap(command)), now));
    }

    private String ask(byte[] request) {
        return HexFormat.of().formatHex(machine.query(ByteBuffer.wrap(request), 0));
    }
}
