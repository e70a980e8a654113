package io.holdfast.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a file or a command line says of a repository. */
class PlacesTest {
    private static String refusal(String place) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> BackupRepository.at(place), place)
                .getMessage());
    }

    @Test
    void aPathIsADirectory() {
        assertEquals(
                "directory /mnt/nas/shop", BackupRepository.at("/mnt/nas/shop").describe());
    }

    @Test
    void aNodeIsOneWithItsDirectory() {
        NodeRepository plain =
                assertInstanceOf(NodeRepository.class, BackupRepository.at("node://node-9@10.9.0.1:7400/srv/backups"));
        assertEquals("node node-9 at 10.9.0.1:7400", plain.describe());
        assertEquals(Path.of("/srv/backups"), plain.directory());
        assertEquals(Long.MAX_VALUE, plain.maxBytes());
        assertEquals(Set.of(), plain.allowed());
        NodeRepository full = assertInstanceOf(
                NodeRepository.class,
                BackupRepository.at(
                        "node://node-9@10.9.0.1:7400/srv/backups?maxGiB=2&allow=node-1;node-2&timeout=30s"));
        assertEquals(2L << 30, full.maxBytes());
        assertEquals(Set.of("node-1", "node-2"), full.allowed());
        assertEquals(Duration.ofSeconds(30), full.timeout());
    }

    @Test
    void whatIsNoPlaceSaysWhatToWrite() {
        for (String wrong : new String[] {
            "node://10.9.0.1:7400/srv/backups",
            "node://node-9@10.9.0.1:7400",
            "node://node-9@10.9.0.1:7400/",
            "node:///srv/backups",
            "node://node-9@10.9.0.1:7400/srv#x",
            "node://node-9@10.9.0.1:7400/srv?maxGiB=0",
            "node://node-9@10.9.0.1:7400/srv?size=1"
        }) {
            assertTrue(refusal(wrong).contains("node://node-9@10.9.0.1:7400/srv/backups"), refusal(wrong));
        }
        assertTrue(refusal("node://node-9@nowhere/srv").contains("nowhere"), refusal("node://node-9@nowhere/srv"));
        assertTrue(refusal("s3://bucket").contains("io.holdfast:ha-backup-s3"));
        assertTrue(refusal("tape://one").contains("[node://]"), refusal("tape://one"));
        assertTrue(refusal("s3 x://one").contains("nothing here opens"));
    }
}
