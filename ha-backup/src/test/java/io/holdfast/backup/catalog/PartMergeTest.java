package io.holdfast.backup.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.catalog.FailingRepository.Died;
import io.holdfast.backup.catalog.FailingRepository.Fault;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PartMergeTest {
    private final World world = new World(World.KEYS, 9);
    private final List<BackupId> parts = new ArrayList<>();
    private MemoryRepository repository = new MemoryRepository();

    @BeforeEach
    void three() throws IOException {
        CatalogueWriter writer = world.claim(repository, 5);
        parts.add(part(writer, 1, 4));
        world.pass(Duration.ofSeconds(30));
        parts.add(part(writer, 4, 9));
        world.pass(Duration.ofSeconds(30));
        parts.add(part(writer, 10, 10));
        world.pass(Duration.ofHours(2));
    }

    private BackupId part(CatalogueWriter writer, long from, long to) throws IOException {
        try (RunningBackup backup = writer.begin("shop", BackupKind.LOG, "state", "node-1")) {
            backup.put("log", true, out -> out.write(text(from, to).getBytes(UTF_8)), Progress.NONE);
            LogRange range = new LogRange("log", from, to, to, 1_000 * from, 1_000 * to);
            return backup.publish(new Outcome(Optional.of(range), Map.of(), List.of()), List.of())
                    .id();
        }
    }

    private static String text(long from, long to) {
        return "entries " + from + " to " + to + "; ";
    }

    private String content(Manifest manifest) throws IOException {
        try (ContainerReader reader = world.catalogue(repository)
                .open(manifest, manifest.objects().get(0).name())) {
            return new String(reader.readAllBytes(), UTF_8);
        }
    }

    private Manifest manifest(BackupId id) {
        return world.catalogue(repository).list().backups().stream()
                .filter(manifest -> manifest.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void oneHoldsWhatTheyDo() throws Exception {
        CatalogueWriter writer = world.claim(repository, 6);
        Manifest merged = writer.merge(world.catalogue(repository), parts, Progress.NONE);
        assertEquals(text(1, 4) + text(4, 9) + text(10, 10), content(merged));
        assertEquals(Optional.of(new LogRange("log", 1, 10, 10, 1_000, 10_000)), merged.range());
        assertEquals(manifest(parts.get(2)).ended(), merged.ended(), "retention goes by when it was archived");
        assertEquals(BackupKind.LOG, merged.kind());
        assertEquals(4, world.ids(repository).size(), "they are there still");
        assertEquals(3, writer.delete(parts).size());
        assertEquals(List.of(merged.id()), world.ids(repository));
        assertTrue(world.verify(repository).isClean(), world.verify(repository).toString());
    }

    @Test
    void whatDoesNotFollowIsRefused() {
        CatalogueWriter writer = world.claim(repository, 6);
        Catalogue catalogue = world.catalogue(repository);
        assertThrows(
                IllegalArgumentException.class,
                () -> writer.merge(catalogue, List.of(parts.get(0), parts.get(2)), Progress.NONE),
                "a gap");
        assertThrows(
                IllegalArgumentException.class,
                () -> writer.merge(catalogue, List.of(parts.get(1), parts.get(0)), Progress.NONE));
        writer.delete(parts.get(1));
        assertEquals(
                CopyFailedException.Why.GONE,
                assertThrows(CopyFailedException.class, () -> writer.merge(catalogue, parts, Progress.NONE))
                        .why());
    }

    @Test
    void ofADamagedPartNothingIsMade() {
        String object = manifest(parts.get(1)).objects().get(0).name();
        byte[] bytes = repository.bytes(object);
        bytes[bytes.length / 2] ^= 1;
        CatalogueWriter writer = world.claim(repository, 6);
        notMerged(writer);
    }

    @Test
    void ofAPartWhoseContainerIsGoneNothingIsMade() {
        repository.delete(manifest(parts.get(1)).objects().get(0).name());
        notMerged(world.claim(repository, 6));
    }

    @Test
    void aPartThatCannotBeReadIsNotTakenForDamaged() {
        String object = manifest(parts.get(1)).objects().get(0).name();
        FailingRepository sick = FailingRepository.hooked(repository, (call, name) -> {
            if (call.equals("read") && name.equals(object)) {
                throw new BackupRepositoryException(Reason.FAILED, "a sick disk", null);
            }
        });
        CatalogueWriter writer = world.claim(sick, 6);
        CopyFailedException failed = assertThrows(
                CopyFailedException.class, () -> writer.merge(world.catalogue(sick), parts, Progress.NONE));
        assertEquals(CopyFailedException.Why.UNREADABLE, failed.why());
        assertEquals(Optional.of(parts.get(1)), failed.id());
    }

    /** It is said which one it is, so that the others can be put together without it. */
    private void notMerged(CatalogueWriter writer) {
        CopyFailedException failed = assertThrows(
                CopyFailedException.class, () -> writer.merge(world.catalogue(repository), parts, Progress.NONE));
        assertEquals(CopyFailedException.Why.DAMAGED, failed.why());
        assertEquals(Optional.of(parts.get(1)), failed.id());
        assertEquals(3, world.ids(repository).size());
    }

    /** Where nothing can be deleted either: what was published would count for ever. */
    @Test
    void whatIsNotReadBackAsItWasWrittenNeverCounts() {
        List<String> before = repository.names();
        FailingRepository sick = FailingRepository.hooked(repository, (call, name) -> {
            boolean fresh = name.startsWith("data/") && !before.contains(name);
            if (fresh && call.equals("read")) {
                byte[] bytes = repository.bytes(name);
                bytes[bytes.length / 2] ^= 1;
            } else if (call.equals("delete") && !name.startsWith("probes/")) {
                throw new BackupRepositoryException(Reason.REFUSED, "read-only: " + name, null);
            }
        });
        CatalogueWriter writer = world.claim(sick, 6);
        assertThrows(DamagedBackupException.class, () -> writer.merge(world.catalogue(sick), parts, Progress.NONE));
        assertEquals(parts, world.ids(repository));
    }

    @Test
    void whoIsDeposedMakesNothingThatCounts() {
        CatalogueWriter writer = world.claim(repository, 6);
        assertThrows(
                NotPublishedException.class,
                () -> writer.merge(
                        world.catalogue(repository), parts, (content, stored) -> world.claim(repository, 7)));
        assertEquals(3, world.ids(repository).size());
    }

    /** Whatever call it is at: the log is there as a whole afterwards, and what is left over is collected. */
    @ParameterizedTest
    @EnumSource
    void whereverItEndsTheLogIsThere(Fault fault) throws Exception {
        MemoryRepository before = repository.copy();
        boolean reached = true;
        for (int at = 0; reached; at++) {
            repository = before.copy();
            FailingRepository failing = new FailingRepository(repository, fault, at);
            try {
                CatalogueWriter writer = world.claim(failing, 6);
                writer.merge(world.catalogue(failing), parts, Progress.NONE);
                writer.delete(parts);
            } catch (Died | RuntimeException ended) {
                // that is the point
            }
            reached = failing.reached();
            assertAllIsThere(fault + " at call " + at);
            repository.pass(Duration.ofHours(3));
            CatalogueWriter next = world.claim(repository, 7);
            next.collect(Duration.ofHours(1));
            assertAllIsThere(fault + " at call " + at + ", collected");
            assertTrue(
                    world.verify(repository).isClean(), world.verify(repository).toString());
        }
    }

    private void assertAllIsThere(String when) throws IOException {
        long reach = 0;
        List<Manifest> all = world.catalogue(repository).list().backups().stream()
                .sorted(Comparator.comparingLong(
                        manifest -> manifest.range().orElseThrow().fromIndex()))
                .toList();
        for (Manifest manifest : all) {
            LogRange range = manifest.range().orElseThrow();
            assertTrue(range.fromIndex() <= reach + 1, when + ": a gap before " + range);
            assertTrue(content(manifest).endsWith(" to " + range.toIndex() + "; "), when);
            reach = Math.max(reach, range.toIndex());
        }
        assertEquals(10, reach, when);
    }
}
