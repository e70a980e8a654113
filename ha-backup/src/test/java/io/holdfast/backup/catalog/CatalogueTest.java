package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.NotPublishedException.Why;
import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.Catalogue.Verification;
import io.holdfast.backup.catalog.FailingRepository.Fault;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.container.DataKeys;
import io.holdfast.backup.container.DataKeys.DataKey;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import io.holdfast.core.KeyRing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final MemoryRepository repository = new MemoryRepository();
    private final World world = new World(World.KEYS, 1);

    private static Why why(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(NotPublishedException.class, call).why();
    }

    /** A repository that runs something once, before the first put of a name that begins with that. */
    private static BackupRepository before(BackupRepository repository, String prefix, Runnable action) {
        boolean[] done = {false};
        return FailingRepository.hooked(repository, (call, name) -> {
            if (call.equals("put") && name.startsWith(prefix) && !done[0]) {
                done[0] = true;
                action.run();
            }
        });
    }

    private void passHours(int hours) {
        repository.pass(HOUR.multipliedBy(hours));
        world.pass(HOUR.multipliedBy(hours));
    }

    @Test
    void aBackupIsThereOnceItIsPublishedAndNotBefore() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        Manifest made;
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            World.fill(backup);
            assertEquals(List.of(), world.ids(repository));
            assertEquals(List.of(backup.id()), world.verify(repository).unfinished());
            made = World.publish(backup);
        }
        Listing listing = world.catalogue(repository).list();
        assertEquals(List.of(made), listing.backups());
        assertEquals(List.of(), listing.damaged());
        assertEquals(FencingToken.of(0, 7), made.id().token());
        assertEquals("shop", made.cluster());
        assertEquals(2, made.objects().size());
        assertTrue(made.storedBytes() < made.contentBytes());
        Verification clean = world.verify(repository);
        assertTrue(clean.isClean(), clean.toString());
        assertEquals(1, clean.backups());
        assertEquals(2, clean.objects());
        assertEquals(made.storedBytes(), clean.bytes());
        world.restore(repository, made);
        assertEquals(
                List.of(),
                repository.names().stream()
                        .filter(name -> name.startsWith("running/"))
                        .toList());
    }

    @Test
    void whatIsClosedBeforeItIsPublishedLeavesNothing() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        List<String> before = repository.names();
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            World.fill(backup);
        }
        assertEquals(before, repository.names());
    }

    @Test
    void aSourceThatFailsIsTheCallersAndTheBackupGoesOn() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            IOException broken = new IOException("broken");
            assertEquals(
                    broken,
                    assertThrows(
                            IOException.class,
                            () -> backup.put(
                                    "log",
                                    true,
                                    out -> {
                                        throw broken;
                                    },
                                    Progress.NONE)));
            World.fill(backup);
            assertThrows(IllegalArgumentException.class, () -> backup.put("log", true, out -> {}, Progress.NONE));
            World.publish(backup);
        }
        assertTrue(world.verify(repository).isClean());
    }

    @Test
    void whoIsDeposedDoesNothingAnyMore() throws IOException {
        CatalogueWriter old = world.claim(repository, 7);
        Manifest before = World.make(old);
        RunningBackup running = old.begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(running);
        CatalogueWriter next = world.claim(repository, 8);
        assertEquals(Why.DEPOSED, why(() -> World.publish(running)));
        assertEquals(Why.DEPOSED, why(running::renew));
        assertEquals(Why.DEPOSED, why(() -> old.begin("shop", BackupKind.PHYSICAL, "state", "node-1")));
        assertEquals(Why.DEPOSED, why(() -> old.delete(before.id())));
        assertEquals(Why.DEPOSED, why(() -> old.collect(HOUR)));
        assertEquals(Why.DEPOSED, why(() -> world.claim(repository, 7)));
        running.close();
        Manifest after = World.make(next);
        assertEquals(List.of(before.id(), after.id()), world.ids(repository));
    }

    @Test
    void aClaimMayBeRepeated() throws IOException {
        CatalogueWriter once = world.claim(repository, 7);
        Manifest made = World.make(once);
        CatalogueWriter again = world.claim(repository, 7);
        Manifest more = World.make(again);
        assertEquals(2, world.ids(repository).size());
        assertTrue(world.ids(repository).containsAll(List.of(made.id(), more.id())));
    }

    @Test
    void anOwnClaimThatCannotBeReadIsNoClaim() throws IOException {
        Manifest made = World.make(world.claim(repository, 7));
        repository.replace(Layout.fence(FencingToken.of(0, 7), ".claim"), new byte[0]);
        BackupRepositoryException failed =
                assertThrows(BackupRepositoryException.class, () -> world.claim(repository, 7));
        assertEquals(BackupRepositoryException.Reason.FAILED, failed.reason());
        assertTrue(failed.getMessage().contains("cannot be read"), failed.getMessage());
        Manifest next = World.make(world.claim(repository, 8));
        assertTrue(world.ids(repository).containsAll(List.of(made.id(), next.id())));
    }

    @Test
    void whoStandsStillBetweenItsCheckAndItsPutIsVoid() throws IOException {
        CatalogueWriter[] next = new CatalogueWriter[1];
        BackupRepository slow = before(repository, "backups/", () -> next[0] = world.claim(repository, 8));
        CatalogueWriter old = world.claim(slow, 7);
        RunningBackup late = old.begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(late);
        assertEquals(Why.DEPOSED, why(() -> World.publish(late)));
        late.close();
        assertTrue(repository.names().contains("backups/" + late.id()), "the put itself cannot be prevented");
        Listing listing = world.catalogue(repository).list();
        assertEquals(List.of(), listing.backups());
        assertEquals(List.of(late.id()), listing.deposed());
        assertEquals(List.of(late.id()), next[0].collect(HOUR).backups());
        passHours(1);
        next[0].collect(HOUR);
        assertEquals(
                List.of(Layout.fence(next[0].token(), ".begun"), Layout.fence(next[0].token(), ".claim")),
                repository.names());
    }

    @Test
    void whoPublishesWhileAnotherOneTakesOverLearnsThatNobodyCountsOnIt() throws IOException {
        CatalogueWriter old = world.claim(repository, 7);
        RunningBackup late = old.begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(late);
        // Between the look at what is there and the claim.
        BackupRepository claiming = FailingRepository.hooked(repository, (call, name) -> {
            if (call.equals("put") && name.equals(Layout.fence(FencingToken.of(0, 8), ".claim"))) {
                assertEquals(Why.DEPOSED, why(() -> World.publish(late)));
            }
        });
        world.claim(claiming, 8);
        assertEquals(List.of(), world.ids(repository));
    }

    @Test
    void whatWasPublishedBeforeTheAnnouncementCounts() throws IOException {
        CatalogueWriter old = world.claim(repository, 7);
        RunningBackup inTime = old.begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(inTime);
        BackupRepository claiming =
                before(repository, Layout.fence(FencingToken.of(0, 8), ".begun"), () -> World.publish(inTime));
        world.claim(claiming, 8);
        assertEquals(List.of(inTime.id()), world.ids(repository));
        world.claim(repository, 9).collect(Duration.ZERO);
        assertEquals(List.of(inTime.id()), world.ids(repository));
    }

    @Test
    void whatWasVoidOnceStaysVoid() throws IOException {
        BackupRepository slow = before(repository, "backups/", () -> world.claim(repository, 8));
        RunningBackup late = world.claim(slow, 7).begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(late);
        assertEquals(Why.DEPOSED, why(() -> World.publish(late)));
        world.claim(repository, 9);
        assertEquals(List.of(), world.ids(repository));
    }

    @Test
    void theDeadAreCollectedAndTheLivingStay() throws IOException {
        CatalogueWriter dead = world.claim(repository, 7);
        World.fill(dead.begin("shop", BackupKind.PHYSICAL, "state", "node-1"));
        passHours(1);
        CatalogueWriter writer = world.claim(repository, 8);
        RunningBackup alive = writer.begin("shop", BackupKind.LOGICAL, "orders", "node-1");
        World.fill(alive);
        CatalogueWriter other = world.claim(repository, 8);
        assertEquals(0, other.collect(HOUR.multipliedBy(2)).backups().size());
        assertEquals(1, other.collect(HOUR).backups().size());
        World.publish(alive);
        alive.close();
        assertEquals(List.of(alive.id()), world.ids(repository));
        assertTrue(world.verify(repository).isClean());
        passHours(1);
        writer.collect(HOUR);
        assertEquals(
                List.of(),
                repository.names().stream().filter(n -> n.contains("-0-7-")).toList());
    }

    @Test
    void signsOfLifeKeepItAlive() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        RunningBackup slow = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(slow);
        CatalogueWriter other = world.claim(repository, 7);
        for (int hour = 0; hour < 5; hour++) {
            passHours(1);
            slow.renew();
            assertEquals(List.of(), other.collect(HOUR).backups());
        }
        World.publish(slow);
        assertTrue(world.verify(repository).isClean());
    }

    @Test
    void writingIsASignOfLife() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            backup.put(
                    "log",
                    false,
                    out -> {
                        passHours(1);
                        out.write(new byte[200_000]);
                        assertTrue(repository.names().contains("running/" + backup.id() + "/1"));
                        assertFalse(repository.names().contains("running/" + backup.id() + "/0"));
                    },
                    Progress.NONE);
        }
    }

    @Test
    void whoWakesUpAfterItWasCollectedCannotPublish() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        RunningBackup sleeper = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(sleeper);
        passHours(2);
        CatalogueWriter other = world.claim(repository, 7);
        assertEquals(List.of(sleeper.id()), other.collect(HOUR).backups());
        assertEquals(Why.COLLECTED, why(() -> World.publish(sleeper)));
        sleeper.close();
        assertEquals(List.of(), world.ids(repository));
        assertEquals(List.of(sleeper.id()), world.catalogue(repository).list().abandoned());
        passHours(1);
        world.claim(repository, 8).collect(HOUR);
        assertEquals(2, repository.names().size(), repository.names().toString());
    }

    @Test
    void whoWakesUpAndWritesOnIsCollectedAgain() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        RunningBackup sleeper = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(sleeper);
        passHours(2);
        world.claim(repository, 7).collect(HOUR);
        assertEquals(Why.COLLECTED, why(() -> sleeper.put("more", false, out -> out.write(1), Progress.NONE)));
        passHours(2);
        world.claim(repository, 8).collect(HOUR);
        assertEquals(2, repository.names().size(), repository.names().toString());
    }

    /**
     * The machine was suspended, and its clock with it. The call stores the container all the same, and then the process dies: nothing but the
     * collector's mark tells of it.
     */
    @Test
    void whatIsStoredAfterItWasCollectedIsCollectedToo() throws IOException {
        CatalogueWriter[] next = new CatalogueWriter[1];
        BackupRepository sleeping = before(repository, "data/", () -> {
            repository.pass(HOUR.multipliedBy(2));
            next[0] = world.claim(repository, 8);
            next[0].collect(HOUR);
        });
        RunningBackup sleeper = world.claim(sleeping, 7).begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        sleeper.put("log", false, out -> out.write(1), Progress.NONE);
        assertTrue(repository.names().contains("data/" + sleeper.id() + "/log"));
        assertTrue(world.verify(repository).isClean(), world.verify(repository).toString());
        assertEquals(List.of(sleeper.id()), next[0].collect(HOUR).backups());
        passHours(1);
        next[0].collect(HOUR);
        assertEquals(2, repository.names().size(), repository.names().toString());
    }

    /** The successor has forgotten about it when it wakes up, and what it stored then it cannot remove. */
    @Test
    void whatCannotBeRemovedAfterALongSleepIsCollected() throws IOException {
        BackupRepository sleeping = before(repository, "data/", () -> {
            for (int term = 8; term < 10; term++) {
                repository.pass(HOUR.multipliedBy(2));
                world.claim(repository, term).collect(HOUR);
            }
        });
        BackupRepository failing = FailingRepository.hooked(sleeping, (call, name) -> {
            if (call.equals("delete") && name.startsWith("data/")) {
                throw new BackupRepositoryException(BackupRepositoryException.Reason.FAILED, "failed: " + name, null);
            }
        });
        RunningBackup sleeper = world.claim(failing, 7).begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        sleeper.put("log", false, out -> out.write(1), Progress.NONE);
        sleeper.close();
        assertTrue(repository.names().contains("data/" + sleeper.id() + "/log"));
        assertTrue(world.verify(repository).isClean(), world.verify(repository).toString());
        for (int term = 10; term < 12; term++) {
            passHours(1);
            world.claim(repository, term).collect(HOUR);
        }
        assertEquals(2, repository.names().size(), repository.names().toString());
    }

    /** Its request was on its way when the caller gave it up. */
    @Test
    void aContainerThatIsStoredAfterItsPutHasFailedIsCollected() throws IOException {
        CatalogueWriter writer = world.claim(
                FailingRepository.hooked(repository, (call, name) -> {
                    if (call.equals("put") && name.startsWith("data/")) {
                        throw new BackupRepositoryException(
                                BackupRepositoryException.Reason.UNAVAILABLE, "no answer", null);
                    }
                }),
                7);
        BackupId id;
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            id = backup.id();
            assertThrows(BackupRepositoryException.class, () -> World.fill(backup));
        }
        repository.putIfAbsent("data/" + id + "/log", out -> out.write(1));
        assertTrue(world.verify(repository).isClean(), world.verify(repository).toString());
        assertEquals(List.of(id), writer.collect(HOUR).backups());
        repository.putIfAbsent("data/" + id + "/late", out -> out.write(1));
        assertTrue(world.verify(repository).isClean(), "the first collection may have come too early");
        passHours(1);
        assertEquals(List.of(id), writer.collect(HOUR).backups());
        assertEquals(2, repository.names().size(), repository.names().toString());
    }

    @Test
    void aFullRepositoryIsLeftAsItWas() throws IOException {
        CatalogueWriter writer = world.claim(
                FailingRepository.hooked(repository, (call, name) -> {
                    if (call.equals("put") && (name.startsWith("data/") || name.startsWith("deleting/"))) {
                        throw new BackupRepositoryException(BackupRepositoryException.Reason.NO_SPACE, "full", null);
                    }
                }),
                7);
        List<String> before = repository.names();
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            assertThrows(BackupRepositoryException.class, () -> World.fill(backup));
        }
        assertEquals(before, repository.names());
    }

    @Test
    void ofAPublisherAndACollectorOneWins() throws IOException {
        RunningBackup sleeper = world.claim(repository, 7).begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(sleeper);
        passHours(2);
        BackupRepository collecting = before(repository, "backups/", () -> World.publish(sleeper));
        world.claim(collecting, 7).collect(HOUR);
        assertEquals(List.of(sleeper.id()), world.ids(repository));
        assertTrue(world.verify(repository).isClean(), world.verify(repository).toString());
    }

    @Test
    void whatAnotherOneNeedsIsNotDeleted() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        Manifest full = World.make(writer);
        Manifest more = World.make(writer, full.id());
        IllegalStateException needed = assertThrows(IllegalStateException.class, () -> writer.delete(full.id()));
        assertTrue(needed.getMessage().contains(more.id().toString()), needed.getMessage());
        assertTrue(writer.delete(more.id()));
        assertTrue(writer.delete(full.id()));
        assertFalse(writer.delete(full.id()));
        assertEquals(2, repository.names().size(), repository.names().toString());
    }

    @Test
    void aBackupThatNeedsWhatIsNotThereIsNotPublished() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        BackupId absent = new BackupId(Instant.EPOCH, FencingToken.of(0, 1), 1);
        try (RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            World.fill(backup);
            assertThrows(IllegalArgumentException.class, () -> World.publish(backup, absent));
        }
        assertEquals(List.of(), world.ids(repository));
        assertEquals(2, repository.names().size(), repository.names().toString());
    }

    @Test
    void aManifestThatSomebodyRemovedIsTold() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        Manifest made = World.make(writer);
        repository.delete("backups/" + made.id());
        passHours(100);
        assertEquals(List.of(), writer.collect(HOUR).backups());
        List<Damage> damages = world.verify(repository).damages();
        assertEquals(1, damages.size());
        assertEquals("backups/" + made.id(), damages.get(0).object());
        assertEquals(Damage.Kind.MISSING, damages.get(0).kind());
    }

    @Test
    void aDamagedManifestIsListedAsSuchAndItsDataStay() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        Manifest made = World.make(writer);
        repository.bytes("backups/" + made.id())[30] ^= 1;
        Listing listing = world.catalogue(repository).list();
        assertEquals(List.of(), listing.backups());
        assertEquals("backups/" + made.id(), listing.damaged().get(0).object());
        passHours(100);
        world.claim(repository, 8).collect(HOUR);
        assertTrue(repository
                .names()
                .containsAll(
                        made.objects().stream().map(Manifest.StoredObject::name).toList()));
        assertTrue(world.claim(repository, 8).delete(made.id()));
        assertEquals(2, repository.names().size(), repository.names().toString());
    }

    @Test
    void aDamagedClaimHidesNoBackup() throws IOException {
        Manifest first = World.make(world.claim(repository, 7));
        world.pass(Duration.ofMinutes(1));
        Manifest second = World.make(world.claim(repository, 8));
        repository.bytes(Layout.fence(FencingToken.of(0, 8), ".claim"))[40] ^= 1;
        Listing listing = world.catalogue(repository).list();
        assertEquals(List.of(first, second), listing.backups());
        assertEquals(1, listing.damaged().size());
        world.claim(repository, 9).collect(HOUR);
        assertEquals(List.of(first, second), world.catalogue(repository).list().backups());
        assertTrue(world.verify(repository).isClean());
    }

    @Test
    void keysAreRotated() throws IOException {
        String newer = "f" + World.KEY.substring(1);
        Manifest old = World.make(world.claim(repository, 7));
        World rotated = new World(BackupKeys.of(KeyRing.of(newer, World.KEY)), 2);
        rotated.pass(Duration.ofMinutes(1));
        Manifest young = World.make(rotated.claim(repository, 8));
        assertEquals(List.of(old.id(), young.id()), rotated.ids(repository));
        assertTrue(rotated.verify(repository).isClean());
        World forgetful = new World(BackupKeys.of(KeyRing.of(newer)), 3);
        Listing listing = forgetful.catalogue(repository).list();
        assertEquals(
                List.of(young.id()),
                listing.backups().stream().map(Manifest::id).toList());
        assertEquals(
                List.of(Damage.Kind.NO_KEY),
                listing.damaged().stream().map(Damage::kind).distinct().toList());
    }

    @Test
    void withoutKeysDamageIsFoundAndWithKeysAForgeryToo() throws IOException {
        World open = new World(BackupKeys.none(), 1);
        Manifest made = World.make(open.claim(repository, 7));
        assertTrue(open.verify(repository).isClean());
        Listing listing = world.catalogue(repository).list();
        assertEquals(List.of(), listing.backups());
        assertTrue(listing.damaged().stream().allMatch(d -> d.kind() == Damage.Kind.UNPROTECTED));
        World mixed = new World(World.KEYS.alsoUnencrypted(), 1);
        assertEquals(List.of(made.id()), mixed.ids(repository));
    }

    @Test
    void aManifestOfAnotherKeyIsNoManifest() throws IOException {
        World forger = new World(BackupKeys.of(KeyRing.of("f" + World.KEY.substring(1))), 9);
        MemoryRepository elsewhere = new MemoryRepository();
        Manifest forged = World.make(forger.claim(elsewhere, 9));
        world.claim(repository, 7);
        elsewhere.names().stream()
                .filter(name -> !name.startsWith("fences/"))
                .forEach(name -> repository.replace(name, elsewhere.bytes(name)));
        assertEquals(List.of(), world.ids(repository));
        assertThrows(
                RuntimeException.class,
                () -> world.restore(repository, forged),
                "its containers cannot be read either");
    }

    @Test
    void publishingAgainAfterAFailureHasTheSameOutcome() throws IOException {
        int tried = 0;
        for (int call = 0; ; call++) {
            MemoryRepository fresh = new MemoryRepository();
            RunningBackup prepared = world.claim(fresh, 7).begin("shop", BackupKind.PHYSICAL, "state", "node-1");
            prepared.close();
            int calls = callsBefore(fresh, call);
            FailingRepository failing = new FailingRepository(fresh, Fault.FAILS_AFTER, calls);
            CatalogueWriter writer = world.claim(failing, 7);
            RunningBackup backup = writer.begin("shop", BackupKind.PHYSICAL, "state", "node-1");
            World.fill(backup);
            if (!fails(() -> World.publish(backup))) {
                break;
            }
            tried++;
            world.pass(Duration.ofSeconds(5));
            Manifest made = World.publish(backup);
            backup.close();
            assertEquals(List.of(made), world.catalogue(fresh).list().backups());
            assertTrue(world.verify(fresh).isClean());
        }
        assertTrue(tried >= 3, "only " + tried + " calls failed");
    }

    /** How many calls there are up to the publishing, plus that. */
    private int callsBefore(MemoryRepository fresh, int call) throws IOException {
        int[] count = {0};
        BackupRepository counting = FailingRepository.hooked(fresh.copy(), (what, name) -> count[0]++);
        RunningBackup backup = world.claim(counting, 7).begin("shop", BackupKind.PHYSICAL, "state", "node-1");
        World.fill(backup);
        return count[0] + call;
    }

    private static boolean fails(Runnable call) {
        try {
            call.run();
            return false;
        } catch (BackupRepositoryException failed) {
            return true;
        }
    }

    @Test
    void idsAreTextAndBack() {
        BackupId id = new BackupId(Instant.parse("2026-11-29T19:33:00Z"), FencingToken.of(3, 77), 0x0badcafe);
        assertEquals("20261129T193300Z-3-77-0badcafe", id.toString());
        assertEquals(id, BackupId.parse(id.toString()));
        for (String wrong : List.of(
                "",
                "x",
                "20261329T193300Z-3-77-0badcafe",
                "20261129T193300Z-03-77-0badcafe",
                "20261129T193300Z-3-77-0BADCAFE",
                "20261129T193300Z-99999-77-0badcafe",
                "20261129T193300Z-3-999999999999999-0badcafe",
                "../../etc")) {
            assertThrows(IllegalArgumentException.class, () -> BackupId.parse(wrong), wrong);
        }
    }

    private static Manifest golden() {
        BackupId id = BackupId.parse("20261129T193300Z-0-7-0badcafe");
        return new Manifest(
                id,
                "shop",
                BackupKind.PHYSICAL,
                "state",
                "node-1",
                Optional.of(World.RANGE),
                Instant.parse("2026-11-29T19:33:05.250Z"),
                List.of(new StoredObject("data/" + id + "/log", 2_988, 3_229, "97d0".repeat(16))),
                List.of(BackupId.parse("20261128T193300Z-0-6-00000001")),
                Map.of("version", "1.0", "format", "maps-2"),
                List.of("a remark"));
    }

    private static final String GOLDEN_MANIFEST = "{\"format\":\"holdfast-manifest-1\","
            + "\"name\":\"backups/20261129T193300Z-0-7-0badcafe\",\"id\":\"20261129T193300Z-0-7-0badcafe\","
            + "\"cluster\":\"shop\",\"kind\":\"physical\",\"source\":\"state\",\"node\":\"node-1\",\"range\":{\"log\":\"9d0f.0\","
            + "\"fromIndex\":0,\"toIndex\":42,\"toTerm\":7,\"fromMillis\":0,\"toMillis\":1796000000000},"
            + "\"ended\":\"2026-11-29T19:33:05.250Z\",\"contentBytes\":2988,\"storedBytes\":3229,"
            + "\"objects\":[{\"name\":\"data/20261129T193300Z-0-7-0badcafe/log\",\"contentBytes\":2988,"
            + "\"storedBytes\":3229,\"sha256\":\"97d097d097d097d097d097d097d097d097d097d097d097d097d097d097d097d0\"}],"
            + "\"needs\":[\"20261128T193300Z-0-6-00000001\"],"
            + "\"facts\":{\"format\":\"maps-2\",\"version\":\"1.0\"},\"remarks\":[\"a remark\"]}\n";

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goldenManifest(boolean keys) {
        Manifest golden = golden();
        String name = "backups/" + golden.id();
        DataKeys dataKeys = new DataKeys(keys ? World.KEYS : BackupKeys.none());
        Sealed sealed = new Sealed(repository, dataKeys);
        DataKey key = dataKeys.create(golden.id().toString(), new Random(1));
        byte[] bytes = sealed.seal(name, Manifest.FORMAT, golden.toJson(), key);
        String seal = keys
                ? "{\"key\":\"29290961\",\"wrapped\":\"52f7c63a29422b5957d29cd4a38a126426b347bfddc66c61715c800859c6bdff"
                        + "b569a4f35cd37ac2b5f7709d1f6311549449e7915db2df7b740091b9\",\"hmac-sha256\":\""
                        + "b4122972b1fdd5d076430c21d3f5912b7fd05b1e87b5d53193ecac4d35d90071\"}"
                : "{\"sha256\":\"18ef61f0051f011e660b822130caa474af2d38843b7a55adc36134fc27d40736\"}";
        assertEquals(GOLDEN_MANIFEST + seal + "\n", new String(bytes, StandardCharsets.UTF_8));
        assertEquals(
                golden, Manifest.fromJson(sealed.open(name, bytes, golden.id().toString())));
    }

    @Test
    void goldenClaim() throws IOException {
        World open = new World(BackupKeys.none(), 1);
        Manifest made = World.make(open.claim(repository, 7));
        open.claim(repository, 8);
        String claim =
                new String(repository.bytes(Layout.fence(FencingToken.of(0, 8), ".claim")), StandardCharsets.UTF_8);
        assertEquals(
                "{\"format\":\"holdfast-claim-1\",\"name\":\"fences/0000000000000008.claim\",\"keeps\":[\"" + made.id()
                        + "\"]}",
                claim.lines().findFirst().orElseThrow());
    }

    @Test
    void fieldsOfALaterReleaseArePassedOver() throws IOException {
        Manifest made = World.make(world.claim(repository, 7));
        assertEquals(made, Manifest.fromJson(made.toJson().put("later", 1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> Manifest.fromJson(made.toJson().put("range", "x")));
        assertThrows(
                IllegalArgumentException.class,
                () -> Manifest.fromJson(made.toJson().put("kind", "PHYSICAL")));
    }

    @Test
    void aContainerOfAnotherBackupIsRefused() throws IOException {
        CatalogueWriter writer = world.claim(repository, 7);
        Manifest one = World.make(writer);
        Manifest two = World.make(writer);
        String name = one.objects().get(0).name();
        repository.replace(name, repository.bytes(two.objects().get(0).name()).clone());
        DamagedBackupException refused =
                assertThrows(DamagedBackupException.class, () -> world.restore(repository, one));
        assertEquals(Damage.Kind.MISPLACED, refused.damage().kind());
        assertEquals(name, refused.damage().object());
    }
}
