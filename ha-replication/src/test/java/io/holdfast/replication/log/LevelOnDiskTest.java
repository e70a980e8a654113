package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A release opens a log that it cannot read, and leaves it as it is. */
class LevelOnDiskTest {
    private static final int LATER = FeatureLevel.SUPPORTED + 1;

    private static void raise(LogFixture log) throws IOException {
        Voter self = new Voter("a", new UUID(1, 2), new Address("a", 9));
        byte[] body = Configuration.of(List.of(self)).at(LATER).encode();
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 256);
        builder.append(Batch.CONFIGURATION_KIND, body);
        ByteBuf batch = builder.seal(log.log.lastIndex() + 1, 1, 2_000, 6_000);
        try {
            log.log.append(batch, 0);
        } finally {
            batch.release();
        }
    }

    private static Map<Path, byte[]> files(MemoryStorage storage) throws IOException {
        Map<Path, byte[]> files = new HashMap<>();
        for (Path file : storage.list(LogFixture.DIRECTORY)) {
            files.put(file, storage.bytes(file));
        }
        return files;
    }

    private static SegmentedLog open(MemoryStorage storage, int level) throws IOException {
        return SegmentedLog.open(
                storage,
                LogFixture.DIRECTORY,
                new LogOptions(LogFixture.SMALL, true, true, level),
                LogFixture.CLUSTER,
                new Random(9),
                new ManualWorker(),
                LogBase.NONE);
    }

    /** What follows is of a format that looks damaged to it, in the midst of a log; else it would cut there, and heal. */
    @Test
    void whatFollowsARaiseIsNotTakenForDamage() throws IOException {
        MemoryStorage storage = new MemoryStorage();
        LogFixture log = new LogFixture(storage);
        log.append(2, 1, 100);
        raise(log);
        log.append(1, 1, 100);
        log.append(1, 1, 100);
        log.force();
        log.append(1, 1, 100);
        log.force();
        Path segment = log.file(1);
        log.close();
        byte[] bytes = storage.bytes(segment);
        int raised = indexOfRaise(bytes);
        bytes[raised + 400] ^= 1; // in what follows
        storage.put(segment, bytes);
        Map<Path, byte[]> before = files(storage);
        FeatureLevel.TooHighException refused =
                assertThrows(FeatureLevel.TooHighException.class, () -> open(storage, LATER - 1));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("feature level " + LATER)
                        && String.valueOf(refused.getMessage()).contains("supports none above " + (LATER - 1)),
                refused.getMessage());
        Map<Path, byte[]> after = files(storage);
        assertEquals(before.keySet(), after.keySet());
        before.forEach((file, content) -> assertArrayEquals(content, after.get(file), file.toString()));
        assertEquals(0, storage.openFiles());
        open(storage, LATER).close(); // the right release heals it
    }

    private static int indexOfRaise(byte[] bytes) {
        for (int i = 0; i < bytes.length - 1; i++) {
            if (bytes[i] == Batch.CONFIGURATION_KIND && bytes[i + 1] == 4 && bytes[i + 2] == LATER) {
                return i;
            }
        }
        throw new AssertionError("there is no raise in the segment");
    }
}
