package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HardStateFileTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve("vote");
    private static final int SECOND = 4096;

    private final MemoryStorage storage = new MemoryStorage();

    @Test
    void goldenBytes() throws IOException {
        try (HardStateFile file = HardStateFile.create(storage, DIRECTORY)) {
            file.save(new HardState(7, "node-2", 30_000_000_000L));
        }
        byte[] bytes = storage.bytes(FILE);
        assertEquals(4608, bytes.length);
        String slot = HexFormat.of().formatHex(bytes, SECOND, SECOND + 512);
        assertEquals(
                "48465654" // HFVT
                        + "01" // version
                        + "00" // flags
                        + "0006" // length of the name
                        + "0000000000000002" // sequence
                        + "0000000000000007" // term
                        + "6e6f64652d32" // node-2
                        + "00".repeat(470)
                        + "00000006fc23ac01" // the longest stopWithin of masters that may still act, plus one
                        + "b1854de5", // CRC32C
                slot);
    }

    /** What a release wrote that did not know for how long a master may go on. */
    @Test
    void whatAnEarlierReleaseWroteIsRead() throws IOException {
        HardStateFile.create(storage, DIRECTORY).close();
        byte[] slot = HexFormat.of()
                .parseHex("48465654" + "01" + "00" + "0006" + "0000000000000002" + "0000000000000007" + "6e6f64652d32"
                        + "00".repeat(478) + "c5144e8d");
        System.arraycopy(slot, 0, storage.bytes(FILE), SECOND, slot.length);
        try (HardStateFile file = HardStateFile.open(storage, DIRECTORY)) {
            assertEquals(new HardState(7, "node-2", HardState.UNKNOWN), file.state());
            assertFalse(file.doubtful());
            file.save(new HardState(8, "node-2", 5));
        }
        assertEquals(
                new HardState(8, "node-2", 5),
                HardStateFile.read(storage, DIRECTORY).state());
    }

    @Test
    void theNewestIsFoundAfterEverySave() throws IOException {
        try (HardStateFile file = HardStateFile.create(storage, DIRECTORY)) {
            assertEquals(new HardState(0, ""), file.state());
        }
        for (int term = 1; term < 6; term++) {
            HardState state = new HardState(term, term % 2 == 0 ? "" : "node-" + term);
            try (HardStateFile file = HardStateFile.open(storage, DIRECTORY)) {
                file.save(state);
                assertEquals(state, file.state());
            }
            storage.crash(new Random(term));
            try (HardStateFile file = HardStateFile.open(storage, DIRECTORY)) {
                assertEquals(state, file.state());
                assertFalse(file.doubtful());
            }
        }
        assertEquals(0, storage.openFiles());
    }

    @Test
    void aVoteIsNeverChangedWithinATermAndTheTermNeverFalls() throws IOException {
        try (HardStateFile file = HardStateFile.create(storage, DIRECTORY)) {
            file.save(new HardState(3, ""));
            file.save(new HardState(3, "a"));
            file.save(new HardState(3, "a"));
            assertThrows(IllegalStateException.class, () -> file.save(new HardState(3, "b")));
            assertThrows(IllegalStateException.class, () -> file.save(new HardState(3, "")));
            assertThrows(IllegalStateException.class, () -> file.save(new HardState(2, "a")));
            assertEquals(new HardState(3, "a"), file.state());
        }
    }

    @Test
    void aTornSlotLeavesTheOtherAndADoubtUntilSettled() throws IOException {
        try (HardStateFile file = HardStateFile.create(storage, DIRECTORY)) {
            file.save(new HardState(1, "a"));
            file.save(new HardState(2, "b")); // in the first slot
        }
        for (int at = 0; at < 512; at++) {
            MemoryStorage copy = storage.copy();
            copy.bytes(FILE)[at] ^= 1;
            for (int round = 0; round < 2; round++) {
                try (HardStateFile file = HardStateFile.open(copy, DIRECTORY)) {
                    assertEquals(new HardState(1 + 4L * round, round == 0 ? "a" : ""), file.state());
                    assertTrue(file.doubtful(), "byte " + at + ", round " + round);
                    file.save(new HardState(5, "")); // over the torn slot
                }
            }
            try (HardStateFile file = HardStateFile.open(copy, DIRECTORY)) {
                file.settle();
                assertFalse(file.doubtful());
            }
            try (HardStateFile file = HardStateFile.open(copy, DIRECTORY)) {
                assertEquals(new HardState(5, ""), file.state());
                assertFalse(file.doubtful());
            }
        }
    }

    @Test
    void withoutAnyGoodSlotItIsRefused() throws IOException {
        assertThrows(IOException.class, () -> HardStateFile.open(storage, DIRECTORY), "missing");
        HardStateFile.create(storage, DIRECTORY).close();
        MemoryStorage zero = storage.copy();
        Arrays.fill(zero.bytes(FILE), (byte) 0);
        assertThrows(DamagedFileException.class, () -> HardStateFile.open(zero, DIRECTORY));
        storage.bytes(FILE)[9] ^= 1;
        String message = assertThrows(DamagedFileException.class, () -> HardStateFile.open(storage, DIRECTORY))
                .getMessage();
        assertTrue(message.contains(FILE.toString()), message);
        assertEquals(0, storage.openFiles());
    }

    @Test
    void whereOthersKnowTheTermItBeginsAnewInDoubt() throws IOException {
        HardStateFile.create(storage, DIRECTORY).close();
        try (HardStateFile file = HardStateFile.open(storage, DIRECTORY)) {
            file.save(new HardState(6, "a"));
        }
        storage.bytes(FILE)[9] ^= 1;
        storage.bytes(FILE)[SECOND + 9] ^= 1;
        assertThrows(DamagedFileException.class, () -> HardStateFile.read(storage, DIRECTORY));
        for (int round = 0; round < 2; round++) {
            try (HardStateFile file = HardStateFile.open(storage, DIRECTORY, true)) {
                assertEquals(new HardState(0, ""), file.state());
                assertTrue(file.doubtful());
            }
        }
        try (HardStateFile file = HardStateFile.open(storage, DIRECTORY, true)) {
            file.save(new HardState(8, "?"));
            assertTrue(file.doubtful());
        }
        storage.crash(new Random(1));
        assertEquals(new HardStateFile.Content(new HardState(8, "?"), true), HardStateFile.read(storage, DIRECTORY));
        try (HardStateFile file = HardStateFile.open(storage, DIRECTORY)) {
            file.settle();
        }
        assertEquals(new HardStateFile.Content(new HardState(8, "?"), false), HardStateFile.read(storage, DIRECTORY));
    }

    @Test
    void creationIsWholeOrNotAtAll() throws IOException {
        for (int failAfter = 0; failAfter < 5; failAfter++) {
            MemoryStorage failing = new MemoryStorage();
            failing.failAfter = failAfter;
            assertThrows(IOException.class, () -> HardStateFile.create(failing, DIRECTORY));
            failing.crash(new Random(failAfter));
            if (failing.exists(FILE)) {
                HardStateFile.open(failing, DIRECTORY).close();
            } else {
                HardStateFile.create(failing, DIRECTORY).close();
            }
            assertThrows(IOException.class, () -> HardStateFile.create(failing, DIRECTORY), "it exists");
        }
    }

    @Test
    void aFailedSaveIsFinalAndSaysNothing() throws IOException {
        for (int failAfter = 0; failAfter < 2; failAfter++) {
            MemoryStorage failing = new MemoryStorage();
            try (HardStateFile file = HardStateFile.create(failing, DIRECTORY)) {
                failing.failAfter = failAfter;
                assertThrows(IOException.class, () -> file.save(new HardState(1, "a")));
                failing.failAfter = Long.MAX_VALUE;
                assertThrows(IOException.class, () -> file.save(new HardState(1, "a")));
                assertEquals(new HardState(0, ""), file.state());
            }
        }
    }
}
