package io.holdfast.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DirectoryLockTest {
    @TempDir
    Path directory;

    private final FileStorage storage = new FileStorage();

    /** Another process: says whether it got the lock, and holds it until its input ends. */
    static final class Other {
        public static void main(String[] arguments) throws Exception {
            try (AutoCloseable lock = new FileStorage().lock(Path.of(arguments[0]))) {
                System.out.println("locked " + lock.getClass().getSimpleName());
                while (System.in.read() >= 0) {
                    // until whoever started this closes its end
                }
            } catch (IOException refused) {
                System.out.println(refused.getMessage());
            }
        }
    }

    private Process other() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String firstLine(Process process) throws IOException {
        return process.inputReader(StandardCharsets.UTF_8).readLine();
    }

    private static void end(Process process) throws Exception {
        process.getOutputStream().close();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    }

    @Test
    void aSecondNodeOfTheSameProcessIsRefusedAndTheLockStaysAgainstOthers() throws Exception {
        AutoCloseable held = storage.lock(directory);
        for (int i = 0; i < 2; i++) {
            IOException refused = assertThrows(IOException.class, () -> new FileStorage().lock(directory));
            assertTrue(
                    refused.getMessage().contains("another node of this process uses " + directory),
                    refused.getMessage());
        }
        Process stranger = other();
        try {
            String said = firstLine(stranger);
            assertTrue(said.contains("another process uses " + directory), said);
        } finally {
            end(stranger);
        }
        held.close();
        held.close();
        storage.lock(directory).close();
        assertEquals(List.of(directory.resolve("lock")), storage.list(directory));
    }

    @Test
    void anotherProcessHoldsItUntilItsEndHoweverItEnds() throws Exception {
        Process holder = other();
        try {
            assertEquals("locked DirectoryLock", firstLine(holder));
            IOException refused = assertThrows(IOException.class, () -> storage.lock(directory));
            assertTrue(refused.getMessage().contains("another process uses " + directory), refused.getMessage());
            assertThrows(IOException.class, () -> storage.lock(directory), "and again, not for another reason");
        } finally {
            holder.destroyForcibly();
            assertTrue(holder.waitFor(30, TimeUnit.SECONDS));
        }
        assertEquals(2, storage.list(directory).size(), "the killed process left its mark");
        AutoCloseable lock = storage.lock(directory);
        assertFalse(storage.exists(directory.resolve("lock." + holder.pid())));
        assertEquals(2, storage.list(directory).size(), "only ours is left");
        lock.close();
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path absent = directory.resolve("absent");
        IOException failure = assertThrows(IOException.class, () -> storage.lock(absent));
        assertTrue(failure.getMessage().contains(absent.toString()), failure.getMessage());
    }

    @Test
    void filesThatOnlyLookLikeMarksStay() throws Exception {
        Files.createFile(directory.resolve("lock.old"));
        storage.lock(directory).close();
        assertTrue(storage.exists(directory.resolve("lock.old")));
    }
}
