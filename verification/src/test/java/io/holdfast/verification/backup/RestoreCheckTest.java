package io.holdfast.verification.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That what is restored wrong is seen; that what is right is not, {@link BackupKillsTest} shows. */
class RestoreCheckTest {
    private final Map<Long, byte[]> found = new TreeMap<>();

    RestoreCheckTest() {
        for (long key = 0; key < 3; key++) {
            found.put(key, Values.of(key, 1_007));
        }
    }

    private List<String> wrong() {
        return RestoreCheck.wrong(found, 3, 1_005, 1_009);
    }

    @Test
    void whatIsOlderThanTheBackupOrOfNoVersionIsSeen() {
        assertEquals(List.of(), wrong());
        assertEquals(
                List.of("restored: version 1007, and it should be one of 1008 to 1009"),
                RestoreCheck.wrong(found, 3, 1_008, 1_009));
        assertEquals(1, RestoreCheck.wrong(found, 3, 1, 1_006).size(), "nobody wrote that");
        found.put(0L, new byte[Values.BYTES]);
        assertEquals(4, wrong().size(), "no version, and no value is of it");
        found.clear();
        assertEquals(2, wrong().size());
    }

    @Test
    void aKeyThatIsMissingOrHasAnotherValueIsSeen() {
        found.put(1L, Values.of(1, 1_006));
        assertEquals(List.of("restored: the key 1 has not the value of version 1007"), wrong());
        found.remove(1L);
        assertEquals(List.of("restored: 2 keys instead of 3"), wrong());
        found.put(3L, Values.of(2, 1_007));
        assertEquals(List.of("restored: the key 3 has not the value of version 1007"), wrong());
    }

    @Test
    void filesThatDifferAreSeen(@TempDir Path directory) throws Exception {
        Path source = Files.createDirectory(directory.resolve("source"));
        Path target = Files.createDirectory(directory.resolve("target"));
        Files.writeString(source.resolve("a"), "the same");
        assertEquals(List.of("restored: [] instead of [a]"), RestoreCheck.differences(source, target));
        Files.writeString(target.resolve("a"), "the sane");
        assertEquals(List.of("restored: a differs at byte 6"), RestoreCheck.differences(source, target));
        Files.writeString(target.resolve("a"), "the same");
        assertEquals(List.of(), RestoreCheck.differences(source, target));
    }
}
