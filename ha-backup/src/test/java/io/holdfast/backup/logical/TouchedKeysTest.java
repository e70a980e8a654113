package io.holdfast.backup.logical;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TouchedKeysTest {
    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void theSameAsASet() {
        TouchedKeys keys = new TouchedKeys(50_000);
        Set<String> model = new HashSet<>();
        Set<String> marked = new HashSet<>();
        Random random = new Random(3);
        for (int i = 0; i < 60_000; i++) {
            String map = "m" + random.nextInt(3);
            String key = "k" + random.nextInt(10_000);
            if (random.nextInt(3) > 0) {
                assertTrue(keys.add(bytes(map), bytes(key)));
                model.add(map + "/" + key);
            } else {
                boolean first = model.contains(map + "/" + key) && marked.add(map + "/" + key);
                assertEquals(first, keys.markFirst(bytes(map), bytes(key)));
            }
            assertEquals(model.size(), keys.count());
        }
        for (int i = 0; i < 10_000; i++) {
            for (String map : Set.of("m0", "m1", "m2")) {
                assertEquals(model.contains(map + "/k" + i), keys.contains(bytes(map), bytes("k" + i)));
            }
        }
    }

    @Test
    void whereTheNameEndsAndTheKeyBeginsCounts() {
        TouchedKeys keys = new TouchedKeys(10);
        keys.add(bytes("ab"), bytes("c"));
        assertFalse(keys.contains(bytes("a"), bytes("bc")));
    }

    @Test
    void itSaysWhenItIsFull() {
        TouchedKeys keys = new TouchedKeys(2);
        assertTrue(keys.add(bytes("m"), bytes("1")));
        assertTrue(keys.add(bytes("m"), bytes("2")));
        assertTrue(keys.add(bytes("m"), bytes("1")), "it is there already");
        assertFalse(keys.add(bytes("m"), bytes("3")));
        assertFalse(keys.contains(bytes("m"), bytes("3")));
    }
}
