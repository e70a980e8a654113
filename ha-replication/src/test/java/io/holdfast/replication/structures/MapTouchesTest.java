package io.holdfast.replication.structures;

import static io.holdfast.replication.structures.MapCommandsTest.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MapTouchesTest {
    private static MapTouches of(byte[] command) {
        return Objects.requireNonNull(MapTouches.of(ByteBuffer.wrap(command)));
    }

    @Test
    void aNumbersCommandNamesItsKeyToo() {
        MapTouches touches = of(MapCommands.add(bytes("m"), bytes("k"), -1));
        assertArrayEquals(bytes("m"), touches.map());
        assertArrayEquals(bytes("k"), touches.keys().get(0));
        assertEquals(1, touches.keys().size());
    }

    /** The machine refuses them on all nodes alike, and nothing changes. */
    @Test
    void commandsThatAreRefusedNameNothing() {
        assertNull(MapTouches.of(ByteBuffer.allocate(0)));
        byte[] put = MapCommands.put(bytes("m"), bytes("key"), bytes("value"));
        for (int length = 0; length < put.length - "value".length(); length++) {
            assertNull(MapTouches.of(ByteBuffer.wrap(Arrays.copyOf(put, length))));
        }
        byte[] unknown = put.clone();
        unknown[0] = 63;
        assertNull(MapTouches.of(ByteBuffer.wrap(unknown)));
        BatchCommand batch = new BatchCommand(1_000);
        batch.put(bytes("k"), bytes("v"));
        batch.clear();
        byte[] whole = batch.of(bytes("m"));
        assertNotNull(MapTouches.of(ByteBuffer.wrap(whole)));
        byte[] broken = Arrays.copyOf(whole, whole.length + 1);
        assertNull(MapTouches.of(ByteBuffer.wrap(broken)), "all of a batch, or none");
    }
}
