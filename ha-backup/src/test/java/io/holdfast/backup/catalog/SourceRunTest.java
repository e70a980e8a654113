package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.NotPublishedException.Why;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a source writes becomes a backup, or nothing. */
class SourceRunTest {
    private final MemoryRepository repository = new MemoryRepository();
    private final World world = new World(World.KEYS, 1);
    private final CatalogueWriter writer = world.claim(repository, 7);

    @FunctionalInterface
    private interface Writing {
        Outcome writeTo(Parts parts) throws IOException, InterruptedException;
    }

    private static Prepared source(Writing writing) {
        return new Prepared() {
            @Override
            public Outcome writeTo(Parts parts) throws IOException, InterruptedException {
                return writing.writeTo(parts);
            }

            @Override
            public void close() {}
        };
    }

    private static Outcome outcome(Map<String, String> facts, List<String> remarks) {
        return new Outcome(Optional.empty(), facts, remarks);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Manifest make(Prepared source, Progress progress) throws IOException, InterruptedException {
        try (RunningBackup backup = writer.begin("shop", BackupKind.LOGICAL, "orders-db", "node-2")) {
            return backup.make(source, List.of(), progress);
        }
    }

    @Test
    void itsPartsFactsAndRemarksAreInTheCatalogue() throws Exception {
        List<Long> sums = new ArrayList<>();
        Manifest made = make(
                source(parts -> {
                    parts.put("tables/orders", true, out -> out.write(text("orders".repeat(20_000))));
                    parts.alive();
                    parts.put("tables/items", false, out -> out.write(text("items".repeat(20_000))));
                    return outcome(Map.of("version", "15.3", "lsn", "0/16B3748"), List.of("one table was empty"));
                }),
                (content, stored) -> sums.add(content));
        assertEquals(List.of(made), world.catalogue(repository).list().backups());
        assertEquals(BackupKind.LOGICAL, made.kind());
        assertEquals("orders-db", made.source());
        assertEquals("node-2", made.node());
        assertEquals(Optional.empty(), made.range());
        assertEquals(Map.of("version", "15.3", "lsn", "0/16B3748"), made.facts());
        assertEquals(List.of("one table was empty"), made.remarks());
        assertEquals(220_000, made.contentBytes());
        List<Long> sorted = new ArrayList<>(sums);
        Collections.sort(sorted);
        assertEquals(sorted, sums, "progress goes on over the parts");
        assertEquals(220_000, sums.get(sums.size() - 1));
        assertTrue(world.verify(repository).isClean());
        try (ContainerReader items =
                world.catalogue(repository).open(made, made.objects().get(1).name())) {
            assertEquals("logical", items.header().about().kind());
            assertEquals("items".repeat(20_000), new String(items.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aSourceThatFailsOrIsInterruptedLeavesNothing() {
        List<String> before = repository.names();
        assertThrows(
                IOException.class,
                () -> make(
                        source(parts -> {
                            parts.put("one", true, out -> out.write(1));
                            throw new IOException("broken");
                        }),
                        Progress.NONE));
        assertEquals(before, repository.names());
        assertThrows(
                InterruptedException.class,
                () -> make(
                        source(parts -> {
                            parts.put("one", true, out -> out.write(1));
                            throw new InterruptedException("no more");
                        }),
                        Progress.NONE));
        assertEquals(before, repository.names());
        assertThrows(
                IllegalArgumentException.class,
                () -> make(source(parts -> outcome(Map.of(), List.of())), Progress.NONE),
                "a backup of nothing is none");
        assertThrows(
                IllegalArgumentException.class,
                () -> make(
                        source(parts -> {
                            parts.put("one", true, out -> out.write(1));
                            return outcome(Map.of("Version of it", "1"), List.of());
                        }),
                        Progress.NONE));
        assertEquals(before, repository.names());
        assertThrows(
                IllegalArgumentException.class, () -> writer.begin("shop", BackupKind.LOGICAL, "Orders", "node-1"));
        assertEquals(before, repository.names());
    }

    @Test
    void aSourceThatStandsStillGivesSignsOfLifeAndHearsThatItIsDeposed() {
        NotPublishedException deposed = assertThrows(
                NotPublishedException.class,
                () -> make(
                        source(parts -> {
                            for (int hour = 0; hour < 3; hour++) {
                                world.pass(Duration.ofHours(1));
                                repository.pass(Duration.ofHours(1));
                                parts.alive();
                                assertEquals(
                                        0, writer.collect(Duration.ofHours(1)).objects());
                            }
                            world.claim(repository, 8);
                            world.pass(Duration.ofHours(1));
                            parts.alive();
                            throw new AssertionError("it goes on");
                        }),
                        Progress.NONE));
        assertEquals(Why.DEPOSED, deposed.why());
    }

    @Test
    void ofTooManyRemarksSomeAreKept() throws Exception {
        UnaryOperator<String> remark = number -> number + " " + "x".repeat(2_000);
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            many.add(remark.apply("" + i));
        }
        Manifest made = make(
                source(parts -> {
                    parts.put("one", true, out -> out.write(1));
                    return outcome(Map.of(), many);
                }),
                Progress.NONE);
        assertEquals(1_000, made.remarks().size());
        assertEquals(
                "501 more remarks, which are in the log of the node alone",
                made.remarks().get(999));
        assertEquals(1_000, made.remarks().get(998).length());
        assertTrue(made.remarks().get(998).startsWith("998 "));
    }
}
