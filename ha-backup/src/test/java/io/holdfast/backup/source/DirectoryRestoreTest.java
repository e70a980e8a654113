package io.holdfast.backup.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryRestoreTest {
    private static final byte[] NONE = new byte[0];

    @TempDir
    Path work;

    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();
    private final TarWriter tar = new TarWriter(archive);
    private Path to;

    @BeforeEach
    void makeDirectory() throws IOException {
        to = Files.createDirectory(work.resolve("to"));
        Files.writeString(work.resolve("outside"), "mine");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static TarEntry entry(TarEntry.Type type, String name, long size, String target) {
        return new TarEntry(
                bytes(name), type, 0700, 0, 0, "root", "root", size, Instant.ofEpochSecond(981_173_106), bytes(target));
    }

    private void put(TarEntry.Type type, String name, String target) throws IOException {
        tar.begin(entry(type, name, 0, target));
    }

    private void file(String name, String content) throws IOException {
        tar.begin(entry(TarEntry.Type.FILE, name, content.length(), ""));
        tar.content(bytes(content), content.length());
    }

    private DirectoryRestore restore() {
        return DirectoryRestore.into(to).withoutOwners();
    }

    private SourceFailedException refused() throws IOException {
        tar.end();
        SourceFailedException refused = assertThrows(
                SourceFailedException.class, () -> restore().from(new ByteArrayInputStream(archive.toByteArray())));
        assertNothingIsLeft();
        assertEquals("mine", Files.readString(work.resolve("outside")));
        return refused;
    }

    private void assertNothingIsLeft() {
        assertArrayEquals(new String[0], to.toFile().list());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside",
                "/etc/holdfast-test",
                "a/../../outside",
                "./x",
                "a//x",
                "..",
                ".",
                "a/.",
                "",
                "x\0y",
                "none/x"
            })
    void namesThatMayLeadOutAreRefused(String name) throws IOException {
        put(TarEntry.Type.DIRECTORY, "", "");
        put(TarEntry.Type.DIRECTORY, "a", "");
        tar.begin(entry(TarEntry.Type.FILE, name, 1, ""));
        tar.content(bytes("x"), 1);
        if (name.contains("\0")) {
            // A name ends at a zero byte, unless it stands in a record.
            archive.reset();
            TarWriter records = new TarWriter(archive);
            records.begin(entry(TarEntry.Type.FILE, "é" + name, 0, ""));
        }
        String message = refused().getMessage();
        assertTrue(message.contains("is refused"), message);
    }

    @Test
    void aWayThroughALinkIsRefused() throws IOException {
        put(TarEntry.Type.SYMBOLIC_LINK, "a", work.toString());
        file("a/outside", "yours");
        String message = refused().getMessage();
        assertTrue(message.contains("a/outside") && message.contains("is no directory"), message);
    }

    @Test
    void nothingIsWrittenThroughALink() throws IOException {
        put(TarEntry.Type.SYMBOLIC_LINK, "a", work.resolve("outside").toString());
        tar.begin(entry(TarEntry.Type.FILE, "a", 5, ""));
        tar.content(bytes("yours"), 5);
        tar.end();
        assertThrows(IOException.class, () -> restore().from(new ByteArrayInputStream(archive.toByteArray())));
        assertEquals("mine", Files.readString(work.resolve("outside")));
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "/etc/passwd", "none", "l/outside"})
    void aFurtherNameOfWhatWasNotRestoredIsRefused(String target) throws IOException {
        put(TarEntry.Type.SYMBOLIC_LINK, "l", work.toString());
        put(TarEntry.Type.HARD_LINK, "a", target);
        refused();
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        Files.writeString(to.resolve("mine"), "mine");
        SourceFailedException refused =
                assertThrows(SourceFailedException.class, () -> restore().from(InputStream.nullInputStream()));
        assertTrue(refused.getMessage().contains("not empty, there is mine"), refused.getMessage());
        assertEquals("mine", Files.readString(to.resolve("mine")));
        assertEquals(1, Objects.requireNonNull(to.toFile().list()).length);
    }

    @Test
    void aDirectoryThatIsNotThereIsNotMade() {
        DirectoryRestore restore = DirectoryRestore.into(to.resolve("none"));
        SourceFailedException refused =
                assertThrows(SourceFailedException.class, () -> restore.from(InputStream.nullInputStream()));
        assertTrue(refused.getMessage().contains("no such directory"), refused.getMessage());
    }

    @Test
    void whatBreaksOffLeavesNothing() throws IOException {
        put(TarEntry.Type.DIRECTORY, "", "");
        put(TarEntry.Type.DIRECTORY, "a", "");
        file("a/x", "content");
        put(TarEntry.Type.SYMBOLIC_LINK, "a/l", work.toString());
        file("y", "content");
        tar.end();
        byte[] whole = archive.toByteArray();
        for (int length = 0; length < whole.length - 512; length += 512) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(
                    SourceFailedException.class, () -> restore().from(new ByteArrayInputStream(cut)), "at " + length);
            assertNothingIsLeft();
        }
        assertTrue(Files.exists(work.resolve("outside")), "it went through a link");
    }

    /** A container tells that it is damaged at its end at the latest, which may be behind that of the archive. */
    @Test
    void aPartThatIsDamagedBehindTheArchiveIsNotRestored() throws IOException {
        file("x", "content");
        tar.end();
        IOException damaged = new IOException("damaged");
        InputStream part = BrokenInput.after(archive.toByteArray(), damaged);
        assertEquals(damaged, assertThrows(IOException.class, () -> restore().from(part)));
        assertNothingIsLeft();
    }

    @Test
    void somethingBehindTheEndIsRefused() throws IOException {
        file("x", "content");
        tar.end();
        file("y", "content");
        assertTrue(refused().getMessage().contains("something follows its end"));
    }

    @Test
    void aChangedHeaderIsNoHeader() throws IOException {
        file("x", "content");
        tar.end();
        byte[] changed = archive.toByteArray();
        changed[0]++;
        SourceFailedException refused =
                assertThrows(SourceFailedException.class, () -> restore().from(new ByteArrayInputStream(changed)));
        assertTrue(refused.getMessage().contains("what should be a header is none"), refused.getMessage());
    }

    @Test
    void anInterruptLeavesNothing() throws IOException {
        file("x", "content");
        file("y", "content");
        tar.end();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, () -> restore().from(new ByteArrayInputStream(archive.toByteArray())));
        assertFalse(Thread.interrupted());
        assertNothingIsLeft();
    }

    private String restoredAlone(byte[] content) throws Exception {
        assumeTrue(RestoreAlone.isPossible(), "there is no setpriv");
        return RestoreAlone.run(Files.write(work.resolve("archive"), content), to);
    }

    private void directory(String name, int mode) throws IOException {
        long id = FileFacts.of(work).uid();
        tar.begin(new TarEntry(
                bytes(name), TarEntry.Type.DIRECTORY, mode, id, id, "", "", 0, Instant.ofEpochSecond(1), NONE));
    }

    private void closedDirectories() throws IOException {
        directory("", 0500);
        directory("closed", 0);
        directory("closed/more", 0500);
        file("closed/more/x", "content");
        file("y", "content");
    }

    @Test
    void aDirectoryOfSomebodyElseIsRestoredIntoAndKeepsItsPermissions() throws Exception {
        assumeTrue(RestoreAlone.isRoot(), "only root can make a directory of somebody else");
        Trees.sh(work, "chown 12345 to; chmod 777 to");
        directory("", 0750);
        file("x", "content");
        tar.end();
        String said = restoredAlone(archive.toByteArray());
        assertTrue(said.contains("restored") && said.contains("keeps its permissions and time"), said);
        assertArrayEquals(new String[] {"x"}, to.toFile().list());
        assertEquals("content", Files.readString(to.resolve("x")));
        assertEquals(0777, FileFacts.of(to).permissions());
    }

    @Test
    void directoriesThatLetNobodyInAreRestored() throws Exception {
        closedDirectories();
        tar.end();
        String said = restoredAlone(archive.toByteArray());
        assertTrue(said.contains("restored"), said);
        assertEquals(0500, FileFacts.of(to).permissions());
        assertEquals(Instant.ofEpochSecond(1), FileFacts.of(to).modified());
        assertEquals(0, FileFacts.of(to.resolve("closed")).permissions());
        Trees.sh(work, "chmod -R u+rwx to");
        assertEquals("content", Files.readString(to.resolve("closed/more/x")));
        assertEquals(
                Set.of("closed", "y"), Set.of(Objects.requireNonNull(to.toFile().list())));
    }

    @Test
    void directoriesThatLetNobodyInAreRemovedIfTheRestoreFails() throws Exception {
        closedDirectories();
        put(TarEntry.Type.HARD_LINK, "z", "none");
        tar.end();
        String said = restoredAlone(archive.toByteArray());
        assertTrue(said.contains("refused"), said);
        assertNothingIsLeft();
    }

    @Test
    void anUnfinishedRestoreIsNotBackedUp() throws IOException {
        Files.createFile(to.resolve(DirectoryRestore.UNFINISHED));
        SourceFailedException refused =
                assertThrows(SourceFailedException.class, () -> new MemoryParts().run(DirectorySource.of("files", to)));
        assertTrue(refused.getMessage().contains("was not finished"), refused.getMessage());
    }

    /** Written with {@code -Dgolden.rewrite=true}; what earlier releases wrote has to be read for ever. */
    @Test
    void goldenBytes() throws Exception {
        put(TarEntry.Type.DIRECTORY, "", "");
        put(TarEntry.Type.DIRECTORY, "caf\u00e9", "");
        file("caf\u00e9/file", "content");
        put(TarEntry.Type.HARD_LINK, "again", "caf\u00e9/file");
        put(TarEntry.Type.SYMBOLIC_LINK, "l", "n".repeat(120));
        tar.begin(new TarEntry(
                bytes("large"),
                TarEntry.Type.FILE,
                04755,
                1L << 31,
                7,
                "root",
                "wheel",
                0,
                Instant.parse("2026-11-29T22:00:00.000000001Z"),
                NONE));
        tar.end();
        Path golden = Path.of("src", "test", "resources", "io", "holdfast", "backup", "source", "golden.tar");
        if (Boolean.getBoolean("golden.rewrite")) {
            Files.createDirectories(golden.getParent());
            Files.write(golden, archive.toByteArray());
        }
        assertArrayEquals(Files.readAllBytes(golden), archive.toByteArray());
        try (InputStream in = Files.newInputStream(golden)) {
            DirectoryRestore.Restored restored = restore().from(in);
            assertEquals(2, restored.files());
            assertEquals(2, restored.links());
        }
        assertEquals("content", Files.readString(to.resolve("again")));
        Trees.sh(to, "rm -r ./caf*");
    }

    private TarEntry again(TarEntry entry) throws IOException {
        tar.begin(entry);
        return Objects.requireNonNull(new TarReader(new ByteArrayInputStream(archive.toByteArray())).next());
    }

    @ParameterizedTest
    @ValueSource(longs = {077777777777L, 077777777776L, 0100000000000L, 1L << 50})
    void sizesBeyondTheFieldAreKept(long size) throws IOException {
        assertEquals(size, again(entry(TarEntry.Type.FILE, "x", size, "")).size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1960-05-06T07:08:09.123456789Z",
                "1969-12-31T23:59:59.999999999Z",
                "1969-12-31T23:59:59Z",
                "1970-01-01T00:00:00Z",
                "2026-11-29T22:00:00.000000001Z",
                "2300-01-01T00:00:00.5Z"
            })
    void timesAreKept(String time) throws IOException {
        TarEntry entry = new TarEntry(
                bytes("x"), TarEntry.Type.FILE, 0, 1L << 31, (1L << 32) - 2, "", "", 0, Instant.parse(time), NONE);
        TarEntry again = again(entry);
        assertEquals(Instant.parse(time), again.modified());
        assertEquals(1L << 31, again.uid());
        assertEquals((1L << 32) - 2, again.gid());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 98, 99, 100, 101, 990, 991, 992, 993, 994, 995, 996, 4_000})
    void longNamesAreKept(int length) throws IOException {
        String name = "n".repeat(length);
        TarEntry again = again(entry(TarEntry.Type.SYMBOLIC_LINK, name, 0, name + "é"));
        assertArrayEquals(bytes(name), again.name());
        assertArrayEquals(bytes(name + "é"), again.target());
    }
}
