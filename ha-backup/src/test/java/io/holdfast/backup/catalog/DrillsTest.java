package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.DrillInfo.Outcome;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.core.FencingToken;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrillsTest {
    private static final Instant BEGAN = Instant.parse("2026-11-29T19:33:00Z");

    private final MemoryRepository repository = new MemoryRepository();
    private final World world = new World(World.KEYS, 1);

    private static DrillRecord record(BackupId id, Outcome outcome) {
        return new DrillRecord(
                id,
                outcome,
                "shop",
                "node-2",
                "state",
                "20261129T193300Z-0-7-0badcafe",
                "9d0f.0",
                42,
                1_796_000_000_000L,
                1_250,
                "the hashes of maps are those of node-2 at that entry");
    }

    private static DrillRecord drilled(CatalogueWriter writer, int minute, Outcome outcome) {
        return writer.drilled(id -> record(id, outcome), BEGAN.plus(Duration.ofMinutes(minute)));
    }

    /** As docs/formats.md shows it: later releases read what this one writes. */
    @Test
    void theBytesAreThese() {
        CatalogueWriter writer = new World(BackupKeys.none(), 1).claim(repository, 7);
        DrillRecord drill = writer.drilled(id -> record(id, Outcome.PROVEN), BEGAN);
        String name = "drills/" + drill.id();
        assertEquals(
                "{\"format\":\"holdfast-drill-1\",\"name\":\"" + name + "\",\"id\":\"" + drill.id()
                        + "\",\"outcome\":\"proven\",\"cluster\":\"shop\",\"node\":\"node-2\",\"source\":\"state\",\"backup\":\"20261129T193300Z-0-7-0badcafe\""
                        + ",\"log\":\"9d0f.0\",\"index\":42,\"wallMillis\":1796000000000,\"tookMillis\":1250"
                        + ",\"detail\":\"the hashes of maps are those of node-2 at that entry\"}",
                new String(repository.bytes(name), StandardCharsets.UTF_8)
                        .lines()
                        .findFirst()
                        .orElseThrow());
        assertTrue(
                drill.id().toString().startsWith("20261129T193300Z-0-7-"),
                drill.id().toString());
    }

    @Test
    void theNextHolderAndWhoHasTheRepositoryAloneFindThem() {
        DrillRecord first = drilled(world.claim(repository, 7), 0, Outcome.PROVEN);
        DrillRecord second = drilled(world.claim(repository, 8), 1, Outcome.FAILED);
        assertEquals(List.of(first, second), world.catalogue(repository).drills());
        assertEquals(
                List.of(),
                Catalogue.of(repository, BackupKeys.none()).drills(),
                "without the key nobody knows who has written that");
        assertTrue(world.verify(repository).isClean(), world.verify(repository).toString());
    }

    @Test
    void theLastTenStayAndTheLastGoodOne() {
        CatalogueWriter writer = world.claim(repository, 7);
        drilled(writer, 0, Outcome.PROVEN);
        DrillRecord good = drilled(writer, 1, Outcome.RESTORED);
        List<DrillRecord> bad = new ArrayList<>();
        IntStream.range(2, 20).forEach(minute -> bad.add(drilled(writer, minute, Outcome.MISMATCH)));
        List<DrillRecord> expected = new ArrayList<>(List.of(good));
        expected.addAll(bad.subList(bad.size() - 10, bad.size()));
        assertEquals(expected, world.catalogue(repository).drills());
    }

    @Test
    void whatAClockThatWasSetHasStampedIsNotTheLastForEver() {
        CatalogueWriter writer = world.claim(repository, 7);
        IntStream.range(0, 12).forEach(minute -> drilled(writer, 1_000_000 + minute, Outcome.PROVEN));
        repository.pass(Duration.ofMinutes(1));
        DrillRecord back = drilled(writer, 0, Outcome.FAILED); // under the same token
        DrillRecord next = drilled(world.claim(repository, 8), 1, Outcome.PROVEN);
        List<DrillRecord> kept = world.catalogue(repository).drills();
        assertEquals(List.of(back, next), kept.subList(kept.size() - 2, kept.size()));
        assertEquals(10, kept.size());
    }

    @Test
    void oneThatWasChangedProvesNothingAndIsNamed() {
        DrillRecord drill = drilled(world.claim(repository, 7), 0, Outcome.FAILED);
        String name = "drills/" + drill.id();
        String forged = new String(repository.bytes(name), StandardCharsets.UTF_8).replace("\"failed\"", "\"proven\"");
        repository.replace(name, forged.getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of(), world.catalogue(repository).drills());
        assertEquals(
                List.of(name),
                world.verify(repository).damages().stream()
                        .map(damage -> damage.object())
                        .toList());
    }

    @Test
    void whoIsDeposedStoresNone() {
        CatalogueWriter old = world.claim(repository, 7);
        world.claim(repository, 8);
        assertThrows(NotPublishedException.class, () -> drilled(old, 0, Outcome.PROVEN));
        assertEquals(List.of(), world.catalogue(repository).drills());
        assertEquals(0, world.catalogue(repository).highestEpoch());
        drilled(
                world.catalogue(repository).claim(FencingToken.of(3, 1), world.clock(), new Random(2)),
                1,
                Outcome.PROVEN);
        assertEquals(3, world.catalogue(repository).highestEpoch());
    }
}
