package io.holdfast.backup.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.source.DirectoryRestore.Restored;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectorySourceTest {
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    @TempDir
    Path work;

    private final MemoryParts parts = new MemoryParts();
    private Path from;
    private Path to;

    @BeforeEach
    void makeDirectories() throws IOException {
        from = Files.createDirectory(work.resolve("from"));
        to = Files.createDirectory(work.resolve("to"));
    }

    /** JUnit cannot remove what it has no name for. */
    @AfterEach
    void removeOddNames() throws Exception {
        Trees.sh(work, "chmod -R u+rwx . && find . -mindepth 1 -delete");
    }

    private DirectorySource source() {
        return DirectorySource.of("files", from);
    }

    private Restored restore() throws Exception {
        return DirectoryRestore.into(to).from(parts.read(DirectorySource.PART));
    }

    @Test
    void oddFilesComeBackAsTheyWere() throws Exception {
        Trees.sh(from, Trees.ODD);
        if (ROOT) {
            Trees.sh(
                    from, "chown -h 12345:54321 deep/first straight closed; chown 3000000000:3000000001 deep/er/empty");
            Trees.sh(from, "chmod 4751 deep/modes; touch -d '1999-02-03 04:05:06.7 UTC' deep");
        }
        Outcome outcome = parts.run(source());
        assertEquals(List.of(), outcome.remarks());
        Restored restored = restore();
        assertEquals(List.of(), restored.remarks());
        Trees.assertSame(from, to);
        assertEquals(outcome.facts().get("files"), Long.toString(restored.files()));
        assertEquals(outcome.facts().get("directories"), Long.toString(restored.directories()));
        assertEquals(outcome.facts().get("links"), Long.toString(restored.links()));
        assertEquals(outcome.facts().get("bytes"), Long.toString(restored.bytes()));
        assertEquals(
                Trees.sh(from, "find . -type d | wc -l").trim(), outcome.facts().get("directories"));
        assertEquals(
                FileFacts.of(to.resolve("second")).inode(),
                FileFacts.of(to.resolve("deep/first")).inode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void namesAreBytesInWhateverLocale(String locale) throws Exception {
        Trees.sh(from, Trees.ODD);
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RoundTrip.class.getName(),
                        from.toString(),
                        to.toString())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().put("LC_ALL", locale);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertTrue(output.contains(locale.equals("C") ? "ANSI_X3.4-1968" : "UTF-8"), output);
        Trees.assertSame(from, to);
    }

    @Test
    void anyTarReadsIt() throws Exception {
        Trees.sh(from, Trees.ODD);
        parts.run(source());
        Files.write(work.resolve("files.tar"), parts.bytes(DirectorySource.PART));
        Trees.sh(to, "tar --numeric-owner -xpf ../files.tar");
        Trees.assertSame(from, to);
    }

    @Test
    void ownersAreNamedForOtherTools() throws Exception {
        Trees.sh(from, "mkdir below; printf x > one; printf y > below/two");
        if (ROOT) {
            Trees.sh(from, "chown nobody one; chgrp daemon below/two");
        }
        parts.run(source());
        Files.write(work.resolve("files.tar"), parts.bytes(DirectorySource.PART));
        // What find says of the files, and what tar reads in the archive.
        assertEquals(
                Trees.sh(from, "find one below/two -printf '%u/%g %p\\n' | sort"),
                Trees.sh(to, "tar -tvf ../files.tar one below/two | sed 's/  */ /g' | cut -d ' ' -f 2,6 | sort"));
    }

    @Test
    void whatIsNoFileIsRemarkedAndNotStored() throws Exception {
        Trees.sh(from, "mkfifo pipe; printf x > file");
        if (ROOT) {
            Trees.sh(from, "mknod null c 1 3");
        }
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(from.resolve("socket")));
            Outcome outcome = parts.run(source());
            List<String> remarks = outcome.remarks();
            assertTrue(remarks.contains("not stored: pipe is a named pipe"), remarks.toString());
            assertTrue(remarks.contains("not stored: socket is a socket"), remarks.toString());
            assertEquals(ROOT, remarks.contains("not stored: null is a character device"), remarks.toString());
        }
        assertEquals(1, restore().files());
    }

    /**
     * A directory in which a hole costs no memory to be read: elsewhere the system keeps pages of zeros of it, and most of the time goes by
     * making room for them. Any directory where there is none.
     */
    private Path cheapHoles() throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory) ? Files.createTempDirectory(memory, "holdfast-holes") : work;
    }

    @Test
    void holesAreNotStoredAndComeBack() throws Exception {
        Path holes = cheapHoles();
        try {
            holesAreNotStoredAndComeBack(holes);
        } finally {
            Trees.sh(holes, "rm -rf sparse-from sparse-to");
            if (!holes.equals(work)) {
                Files.delete(holes);
            }
        }
    }

    private void holesAreNotStoredAndComeBack(Path holes) throws Exception {
        long size = 5L << 30;
        Path full = Files.createDirectory(holes.resolve("sparse-from"));
        Path empty = Files.createDirectory(holes.resolve("sparse-to"));
        try (FileChannel file =
                FileChannel.open(full.resolve("sparse"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap("begin".getBytes(StandardCharsets.UTF_8)), 0);
            file.write(ByteBuffer.wrap("middle".getBytes(StandardCharsets.UTF_8)), (4L << 30) + 12_345);
            file.write(ByteBuffer.wrap(new byte[1]), size - 1);
        }
        BackupRepository repository = BackupRepository.directory(Files.createDirectory(work.resolve("repository")));
        ContainerParts containers = new ContainerParts(repository);
        try (Prepared prepared = DirectorySource.of("files", full)
                .prepare(Duration.ofSeconds(1))
                .toCompletableFuture()
                .join()) {
            assertEquals(
                    Long.toString(size), prepared.writeTo(containers).facts().get("bytes"));
        }
        long stored = repository.size(DirectorySource.PART);
        assertTrue(stored < 2_000_000, "5 GiB of zeros took " + stored + " bytes");
        try (InputStream part = containers.read(DirectorySource.PART)) {
            assertEquals(size, DirectoryRestore.into(empty).from(part).bytes());
        }
        assertEquals(size, Files.size(empty.resolve("sparse")));
        Trees.sh(holes, "cmp sparse-from/sparse sparse-to/sparse");
        long kilobytes =
                Long.parseLong(Trees.sh(empty, "du -k sparse | cut -f1").trim());
        assertTrue(kilobytes < 1_000, kilobytes + " KiB on the disk");
    }

    /** A hook into the writing: does something to the tree when so many bytes of the archive are written. */
    private MemoryParts when(long bytes, Interrupted.Writing action) {
        return new MemoryParts() {
            @Override
            OutputStream watched(OutputStream out) {
                return new FilterOutputStream(out) {
                    private long written;
                    private boolean done;

                    @Override
                    public void write(byte[] content, int offset, int length) throws IOException {
                        out.write(content, offset, length);
                        written += length;
                        if (written >= bytes && !done) {
                            done = true;
                            try {
                                action.writeTo(out);
                            } catch (InterruptedException interrupted) {
                                throw new IOException(interrupted);
                            }
                        }
                    }
                };
            }
        };
    }

    private static final int LARGE = 1_000_000;

    private void large(String name) throws IOException {
        Files.write(from.resolve(name), new byte[LARGE]);
    }

    private void assertRemark(MemoryParts written, Outcome outcome, String remark) throws Exception {
        assertEquals(List.of(remark), outcome.remarks());
        DirectoryRestore.into(to).from(written.read(DirectorySource.PART));
        assertEquals(LARGE, Files.size(to.resolve("file")));
    }

    @Test
    void aFileThatGrowsIsRemarked() throws Exception {
        large("file");
        MemoryParts growing = when(300_000, out -> Trees.sh(from, "printf more >> file"));
        Outcome outcome = growing.run(source());
        assertRemark(
                growing, outcome, "changed while it was read: file; stored are the first 1000000 of now 1000004 bytes");
    }

    @Test
    void aFileThatIsWrittenToIsRemarked() throws Exception {
        large("file");
        MemoryParts changing =
                when(300_000, out -> Trees.sh(from, "printf more | dd of=file conv=notrunc status=none"));
        assertRemark(changing, changing.run(source()), "changed while it was read: file");
    }

    /** As when it is removed, and its number is given to another file. */
    @Test
    void aFurtherNameOfWhatHasChangedSinceIsStoredOnceMore() throws Exception {
        Trees.sh(from, "printf old > one; ln one two");
        List<Path> met = new ArrayList<>();
        Outcome outcome = parts.run(source().leaveOut(path -> {
            met.add(path);
            if (met.size() == 2) {
                append(from.resolve(path));
            }
            return false;
        }));
        Path first = met.get(0);
        Path second = met.get(1);
        assertEquals(
                List.of("changed since it was read as " + first + ": " + second
                        + "; stored once more, and no longer as one file"),
                outcome.remarks());
        assertEquals(2, restore().files());
        assertEquals("old", Files.readString(to.resolve(first)));
        assertEquals("old and new", Files.readString(to.resolve(second)));
    }

    private static void append(Path file) {
        try {
            Files.writeString(file, " and new", StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void aFileThatShrinksIsFilledUpAndRemarked() throws Exception {
        large("file");
        MemoryParts shrinking = when(300_000, out -> Trees.sh(from, "truncate -s 400000 file"));
        assertRemark(
                shrinking,
                shrinking.run(source()),
                "shrank while it was read: file, from 1000000 to 400000 bytes; filled up with zeros");
    }

    @Test
    void aFileThatIsRemovedWhileItIsReadIsStored() throws Exception {
        large("file");
        MemoryParts removing = when(300_000, out -> Trees.sh(from, "rm file"));
        assertRemark(removing, removing.run(source()), "removed while it was read, and stored: file");
    }

    @Test
    void filesThatVanishBeforeTheyAreReadAreRemarked() throws Exception {
        large("one");
        large("two");
        large("three");
        // Whichever comes first is being read by then.
        MemoryParts removing = when(300_000, out -> Trees.sh(from, "rm one two three"));
        Outcome outcome = removing.run(source());
        List<String> remarks = outcome.remarks();
        assertEquals(3, remarks.size(), remarks.toString());
        assertTrue(remarks.get(0).startsWith("removed while it was read, and stored: "), remarks.toString());
        assertTrue(remarks.get(1).startsWith("vanished before it was read, and not stored: "), remarks.toString());
        assertTrue(remarks.get(2).startsWith("vanished before it was read, and not stored: "), remarks.toString());
        assertEquals("1", outcome.facts().get("files"));
        assertEquals(
                1,
                DirectoryRestore.into(to)
                        .from(removing.read(DirectorySource.PART))
                        .files());
    }

    @Test
    void aDirectoryThatVanishesIsRemarked() throws Exception {
        Trees.sh(from, "mkdir one two");
        // Both are listed by then, and what stands before the first of them is being written.
        MemoryParts removing = when(4 * 512 + 1, out -> Trees.sh(from, "rmdir one two"));
        List<String> remarks = removing.run(source()).remarks();
        assertEquals(1, remarks.size(), remarks.toString());
        assertTrue(remarks.get(0).startsWith("vanished before it was read, and not stored: "), remarks.toString());
    }

    /** Also for root, who may read anything. */
    @Test
    void whatHasTooLongAPathFailsUnlessRemarksAreEnough() throws Exception {
        Trees.sh(
                from,
                "printf x > near; n=$(printf '%0250d' 1);"
                        + " for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do mkdir $n; cd -P $n; done");
        assertUnreadable("File name too long", 1);
    }

    @Test
    void whatMayNotBeReadFailsUnlessRemarksAreEnough() throws Exception {
        assumeTrue(!ROOT, "root may read anything");
        Trees.sh(from, "printf x > secret; printf x > near; mkdir closed; printf x > closed/x; chmod 0 secret closed");
        assertUnreadable("AccessDenied", 2);
    }

    private void assertUnreadable(String why, int remarks) throws Exception {
        SourceFailedException failed = assertThrows(SourceFailedException.class, () -> parts.run(source()));
        assertTrue(failed.getMessage().contains(from.toString()), failed.getMessage());
        assertTrue(failed.getMessage().contains("cannot be read")
                && failed.getMessage().contains(why));
        assertEquals(Map.of(), parts.parts);
        Outcome outcome = parts.run(source().remarkUnreadable());
        assertEquals(remarks, outcome.remarks().size(), outcome.remarks().toString());
        assertTrue(outcome.remarks().get(0).startsWith("not readable, and not stored: "));
        assertEquals(1, restore().files());
        assertTrue(Files.exists(to.resolve("near")));
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        SourceFailedException failed = assertThrows(
                SourceFailedException.class, () -> parts.run(DirectorySource.of("files", work.resolve("unmounted"))));
        assertTrue(
                failed.getMessage().contains("unmounted") && failed.getMessage().contains("mounted"));
        assertEquals(Map.of(), parts.parts);
    }

    @Test
    void whatIsLeftOutIsCounted() throws Exception {
        Trees.sh(from, "mkdir -p cache/deep keep; printf x > cache/deep/x; printf x > keep/x; printf x > keep/cache");
        Outcome outcome = parts.run(
                source().leaveOut(path -> path.equals(Path.of("cache"))).leaveOut(path -> path.endsWith("none")));
        assertEquals("1", outcome.facts().get("left-out"));
        restore();
        assertFalse(Files.exists(to.resolve("cache")));
        assertTrue(Files.exists(to.resolve("keep/x")) && Files.exists(to.resolve("keep/cache")));
    }

    @Test
    void anInterruptEndsIt() throws Exception {
        large("file");
        MemoryParts interrupting = when(300_000, out -> Thread.currentThread().interrupt());
        assertThrows(InterruptedException.class, () -> interrupting.run(source().remarkUnreadable()));
        assertEquals(Map.of(), interrupting.parts);
        assertFalse(Thread.interrupted());
    }

    @Test
    void remarksAreBounded() throws Exception {
        Trees.sh(from, "i=0; while [ $i -lt 1500 ]; do set -- \"$@\" p$i; i=$((i+1)); done; mkfifo \"$@\"");
        List<String> remarks = parts.run(source()).remarks();
        assertEquals(1_000, remarks.size());
        assertEquals("and 501 remarks more", remarks.get(999));
    }

    @Test
    void aFractionBefore1970IsStoredAndRemarkedWhereJavaCannotSetIt() throws Exception {
        Trees.sh(from, "touch -d '1960-05-06 07:08:09.75 UTC' old");
        parts.run(source());
        Restored restored = restore();
        assertEquals(1, restored.remarks().size(), restored.remarks().toString());
        assertEquals(
                Instant.parse("1960-05-06T07:08:09Z"),
                FileFacts.of(to.resolve("old")).modified());
        Files.write(work.resolve("files.tar"), parts.bytes(DirectorySource.PART));
        Trees.sh(work, "mkdir by-tar && tar -C by-tar -xf files.tar");
        assertEquals("1960-05-06 07:08:09.750000000 +0000\n", Trees.sh(work, "TZ=UTC stat -c %y by-tar/old"));
    }

    @Test
    void anArchiveOfAnEmptyDirectoryRestores() throws Exception {
        Trees.sh(from, "chmod 700 .; touch -d '2001-02-03 04:05:06 UTC' .");
        parts.run(source());
        assertEquals(1, restore().directories());
        assertEquals(FileFacts.of(from).modified(), FileFacts.of(to).modified());
        assertEquals(FileFacts.of(from).permissions(), FileFacts.of(to).permissions());
        assertArrayEquals(new String[0], to.toFile().list());
    }
}
