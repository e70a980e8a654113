package io.holdfast.verification.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FencedStoreTest {
    @Test
    void aLowerTokenIsRefusedAlsoAfterARestart(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("store.jsonl");
        try (FencedStore store = new FencedStore(file)) {
            assertTrue(store.write("invoices", 3, "a"));
            assertTrue(store.write("invoices", 3, "a"));
            assertTrue(store.write("invoices", 4, "b"));
            assertFalse(store.write("invoices", 3, "a"));
            assertTrue(store.write("reports", 1, "a"));
        }
        try (FencedStore store = new FencedStore(file)) {
            assertFalse(store.write("invoices", 3, "a"));
        }
        assertEquals(
                List.of("taken", "taken", "taken", "refused", "taken", "refused"),
                GrantEvent.read(file).stream().map(GrantEvent::event).toList());
    }
}
