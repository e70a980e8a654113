package io.holdfast.backup.restore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.RestorePlan;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.FailingRepository;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.KeyRing;
import io.holdfast.core.spi.StateRestorer.Restored;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StateRestoreTest {
    private static final String LOG = "9d0f.0";

    private final MemoryRepository first = new MemoryRepository().called("first");
    private final Archive archive = new Archive(first, Archive.KEYS, 0);
    private MemoryRepository second = first;
    private int restores;

    private void copyToSecond() {
        second = first.copy().called("second");
    }

    private StateRestore restore() {
        return StateRestore.from(first, second).keys(Archive.KEYS);
    }

    private Restored into(StateRestore restore, FakeTarget target) throws IOException {
        return restore.into(target, new Random(++restores));
    }

    private Restored done(StateRestore restore) throws IOException {
        return into(restore, new FakeTarget());
    }

    private long index(StateRestore restore, RestoreBound bound) throws IOException {
        return done(restore.upTo(bound)).index();
    }

    private static void damage(MemoryRepository repository, Manifest manifest) {
        byte[] bytes = repository.bytes(manifest.objects().get(0).name());
        bytes[bytes.length - 40] ^= 4;
    }

    private static void damageManifest(MemoryRepository repository, Manifest manifest) {
        repository.bytes("backups/" + manifest.id())[30] ^= 4;
    }

    private RestoreRefusedException refused(RestoreRefusedException.Reason reason, StateRestore restore) {
        RestoreRefusedException refused = assertThrows(RestoreRefusedException.class, () -> done(restore));
        assertEquals(reason, refused.reason(), refused.toString());
        assertThrows(RestoreRefusedException.class, restore::plan);
        return refused;
    }

    private static void assertSays(String what, Throwable failure) {
        assertTrue(String.valueOf(failure.getMessage()).contains(what), failure.toString());
    }

    private List<String> epochs(MemoryRepository repository) {
        return repository.names().stream()
                .filter(name -> name.startsWith("epochs/"))
                .toList();
    }

    @Test
    void anyBoundIsReachedFromTheNewestBackupThatIsNotLater() throws IOException {
        archive.other(BackupKind.PHYSICAL);
        archive.state(LOG, 10);
        archive.part(LOG, 11, 20);
        archive.part(LOG, 21, 30);
        archive.other(BackupKind.LOGICAL);
        archive.state(LOG, 25);
        archive.part(LOG, 31, 40);
        copyToSecond();
        for (long bound = 10; bound <= 40; bound++) {
            StateRestore restore = restore().upTo(RestoreBound.index(bound));
            assertEquals(bound >= 25 ? 25 : 10, restore.plan().stateIndex(), "bound " + bound);
            assertEquals(bound, done(restore).index());
            assertEquals(bound, index(restore(), RestoreBound.before(bound + 1)));
            assertEquals(bound, index(restore(), RestoreBound.until(Archive.moment(bound))));
            if (bound < 40) {
                assertEquals(
                        bound,
                        index(
                                restore(),
                                RestoreBound.until(Archive.moment(bound).plusMillis(999))));
            }
        }
        assertEquals(40, done(restore()).index());
        RestorePlan plan = restore().upTo(RestoreBound.index(33)).plan();
        assertEquals(LOG, plan.logId());
        assertEquals(40, plan.reachesIndex());
        assertEquals(Archive.moment(40), plan.reaches());
        assertEquals(3, plan.pieces().size(), "the state and two parts of the log");
        assertEquals(List.of(), plan.remarks());
        assertEquals("first", plan.pieces().get(0).repository());
    }

    @Test
    void whatIsNotThereIsSaidWithWhatIs() {
        refused(RestoreRefusedException.Reason.NO_BACKUP, restore());
        archive.state(LOG, 10);
        archive.part(LOG, 11, 20);
        archive.part(LOG, 26, 30);
        RestoreRefusedException early =
                refused(RestoreRefusedException.Reason.NO_BACKUP, restore().upTo(RestoreBound.index(9)));
        assertSays("at or before entry 9", early);
        refused(RestoreRefusedException.Reason.NO_BACKUP, restore().upTo(RestoreBound.until(Archive.moment(9))));
        refused(RestoreRefusedException.Reason.NO_BACKUP, restore().ofLog("another"));

        for (RestoreBound bound :
                List.of(RestoreBound.index(22), RestoreBound.until(Archive.moment(28)), RestoreBound.end())) {
            RestoreRefusedException gap = refused(
                    RestoreRefusedException.Reason.NOT_REACHED, restore().upTo(bound));
            assertSays("all is there up to entry 20", gap);
            assertSays("entries 21 to 25 are archived nowhere, those from 26 on are", gap);
            assertSays("upTo(RestoreBound.index(20)).ofLog(\"" + LOG + "\") restores that", gap);
        }
        archive.part(LOG, 19, 26);
        RestoreRefusedException late =
                refused(RestoreRefusedException.Reason.NOT_REACHED, restore().upTo(RestoreBound.index(31)));
        assertSays("up to entry 30", late);
        assertSays("nothing that follows is archived", late);
        refused(
                RestoreRefusedException.Reason.NOT_REACHED,
                restore().upTo(RestoreBound.until(Archive.moment(30).plusMillis(1))));
        assertEquals(List.of(), epochs(first), "whoever is refused claims nothing");
    }

    @Test
    void whatIsDamagedInOneRepositoryIsTakenFromTheOther() throws IOException {
        Manifest state = archive.state(LOG, 10);
        Manifest part = archive.part(LOG, 11, 20);
        Manifest more = archive.part(LOG, 21, 30);
        copyToSecond();
        damage(first, state);
        damage(second, part);
        damageManifest(first, more);
        first.delete(more.objects().get(0).name());
        RestorePlan plan = restore().plan();
        assertEquals(
                List.of("second", "first", "second"),
                plan.pieces().stream().map(RestorePlan.Piece::repository).toList());
        assertEquals(2, plan.remarks().size(), plan.toString());
        assertTrue(
                plan.remarks().get(0).contains("data/" + state.id() + "/state is taken from second"), plan.toString());
        assertEquals(30, done(restore()).index());
    }

    @Test
    void whereTheNewestBackupIsWholeNowhereAnEarlierOneDoes() throws IOException {
        Manifest older = archive.state(LOG, 10);
        archive.part(LOG, 11, 30);
        Manifest newer = archive.state(LOG, 20);
        copyToSecond();
        damage(first, newer);
        second.delete(newer.objects().get(0).name());
        RestorePlan plan = restore().plan();
        assertEquals(older.id().toString(), plan.backup());
        assertTrue(
                plan.remarks().get(plan.remarks().size() - 1).contains(older.id() + " is used instead"),
                plan.toString());
        assertEquals(30, done(restore()).index());
        damage(second, older);
        damage(first, older);
        RestoreRefusedException lost = refused(RestoreRefusedException.Reason.DAMAGED, restore());
        assertSays("the backup " + newer.id() + " cannot be restored: in first, data/", lost);
        assertSays("in second, data/", lost);
    }

    @Test
    void anEarlierBackupThatDoesNotReachAsFarIsNotTakenSilently() {
        archive.state(LOG, 10);
        archive.part(LOG, 11, 15);
        Manifest newer = archive.state(LOG, 20);
        archive.part(LOG, 21, 30);
        damage(first, newer);
        RestoreRefusedException lost = refused(RestoreRefusedException.Reason.NOT_REACHED, restore());
        assertSays("the backup " + newer.id() + " cannot be restored", lost);
        assertSays("entries 16 to 20 are archived nowhere, those from 21 on are", lost);
    }

    @Test
    void aDamagedPartIsMadeGoodByOthersThatOverlap() throws IOException {
        archive.state(LOG, 10);
        Manifest broken = archive.part(LOG, 11, 25);
        archive.part(LOG, 11, 18);
        archive.part(LOG, 15, 22);
        Manifest last = archive.part(LOG, 23, 30);
        damage(first, broken);
        assertEquals(30, done(restore()).index());
        damage(first, last);
        RestoreRefusedException lost =
                refused(RestoreRefusedException.Reason.DAMAGED, restore().upTo(RestoreBound.index(24)));
        assertSays("all is there up to entry 22", lost);
        assertEquals(22, index(restore(), RestoreBound.index(22)));
        refused(RestoreRefusedException.Reason.DAMAGED, restore());
    }

    @Test
    void withoutTheKeyNothingIsRestoredAndWithItLaterDamageIsNotPassedOver() throws IOException {
        Manifest state = archive.state(LOG, 10);
        BackupKeys other = BackupKeys.of(KeyRing.of("ff".repeat(32)));
        RestoreRefusedException missing =
                refused(RestoreRefusedException.Reason.NO_KEY, restore().keys(other));
        assertSays("backups/" + state.id(), missing);
        refused(RestoreRefusedException.Reason.NO_KEY, restore().keys(BackupKeys.none()));

        new Archive(first, BackupKeys.of(KeyRing.of("ff".repeat(32), "00112233445566778899aabbccddeeff".repeat(2))), 1)
                .part(LOG, 11, 20);
        RestoreRefusedException later = refused(RestoreRefusedException.Reason.NO_KEY, restore());
        assertSays("upTo(RestoreBound.index(10)).ofLog(\"" + LOG + "\") restores that", later);
        RestoreRefusedException newer =
                refused(RestoreRefusedException.Reason.NO_KEY, restore().upTo(RestoreBound.index(10)));
        assertSays("may be meant of a newer log", newer);
        assertEquals(10, index(restore().ofLog(LOG), RestoreBound.index(10)));
    }

    @Test
    void withoutARepositoryItGoesOnIfItIsToldTo() throws IOException {
        archive.state(LOG, 10);
        copyToSecond();
        for (boolean claimOnly : new boolean[] {false, true}) {
            BackupRepository away = FailingRepository.hooked(second, (call, name) -> {
                if (!claimOnly || call.equals("put")) {
                    throw new BackupRepositoryException(Reason.UNAVAILABLE, "second: it is not mounted", null);
                }
            });
            StateRestore restore = StateRestore.from(away, first).keys(Archive.KEYS);
            int before = epochs(first).size();
            RestoreRefusedException refused = assertThrows(RestoreRefusedException.class, () -> done(restore));
            assertEquals(RestoreRefusedException.Reason.UNREACHABLE, refused.reason());
            assertSays("it is not mounted", refused);
            assertSays("withoutUnreachable()", refused);
            assertEquals(before, epochs(first).size());
            Restored done = done(restore.withoutUnreachable());
            assertEquals(10, done.index());
            assertEquals(before + 1, epochs(first).size());
        }
        BackupRepository none = FailingRepository.hooked(first, (call, name) -> {
            throw new BackupRepositoryException(Reason.UNAVAILABLE, "gone", null);
        });
        RestoreRefusedException nothing = assertThrows(
                RestoreRefusedException.class,
                () -> done(StateRestore.from(none).keys(Archive.KEYS).withoutUnreachable()));
        assertEquals(RestoreRefusedException.Reason.UNREACHABLE, nothing.reason());
    }

    @Test
    void aTargetThatIsNotEmptyIsFoundOutBeforeAnythingIsRead() {
        FakeTarget full = new FakeTarget();
        full.empty = false;
        BackupRepository unread = FailingRepository.hooked(first, (call, name) -> {
            throw new AssertionError(call);
        });
        assertThrows(IllegalArgumentException.class, () -> into(StateRestore.from(unread), full));
        assertThrows(
                IllegalArgumentException.class,
                () -> StateRestore.container(
                        () -> {
                            throw new AssertionError("opened");
                        },
                        Archive.KEYS,
                        1,
                        full));
    }

    @Test
    void eachRestoreHasAnEpochOfItsOwnAboveAllThatIsKnown() throws IOException {
        archive.state(LOG, 10);
        copyToSecond();
        assertEquals(1, done(restore()).epoch());
        assertEquals(2, done(restore()).epoch());
        assertEquals(List.of("epochs/00001", "epochs/00002"), epochs(first));
        assertEquals(epochs(first), epochs(second));
        second.delete("epochs/00001");
        second.delete("epochs/00002");
        assertEquals(3, done(restore()).epoch(), "what one of them knows is enough");
        new Archive(second, Archive.KEYS, 9);
        assertEquals(10, done(restore()).epoch(), "a token of that epoch has written to one of them");
        first.replace("epochs/00012", new byte[0]);
        assertEquals(13, done(restore()).epoch(), "taken is taken, also if it cannot be read");
        first.replace("epochs/32767", new byte[0]);
        RestoreRefusedException used = assertThrows(RestoreRefusedException.class, () -> done(restore()));
        assertEquals(RestoreRefusedException.Reason.NO_EPOCH, used.reason());
    }

    @Test
    void aRepositoryThatIsGivenTwiceIsClaimedOnce() throws IOException {
        archive.state(LOG, 10);
        assertEquals(1, done(restore()).epoch());
        assertEquals(2, done(restore()).epoch());
        assertEquals(List.of("epochs/00001", "epochs/00002"), epochs(first));
    }

    @Test
    void claimedEpochsAreVerifiedAndBelongToTheCatalogue() throws IOException {
        Manifest state = archive.state(LOG, 10);
        done(restore());
        String line = new String(first.bytes("epochs/00001"), StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElseThrow();
        assertTrue(
                line.matches("\\{\"format\":\"holdfast-epoch-1\",\"name\":\"epochs/00001\",\"backup\":\"" + state.id()
                        + "\",\"claim\":\"[0-9a-f]{32}\"\\}"),
                line);
        Catalogue catalogue = Catalogue.of(first, Archive.KEYS);
        assertTrue(catalogue.verify(Progress.NONE).isClean());
        first.bytes("epochs/00001")[20] ^= 1;
        assertEquals(
                List.of("epochs/00001"),
                catalogue.verify(Progress.NONE).damages().stream()
                        .map(damage -> damage.object())
                        .toList());
        first.replace("epochs/1", new byte[0]);
        assertEquals(2, catalogue.verify(Progress.NONE).damages().size());
    }

    @Test
    void whoMeetsAnotherRestoreAtTheSameEpochTakesALaterOne() throws IOException {
        archive.state(LOG, 10);
        copyToSecond();
        int[] inBetween = new int[1];
        BackupRepository slow = FailingRepository.hooked(first, (call, name) -> {
            if (call.equals("put") && name.startsWith("epochs/") && inBetween[0] == 0) {
                inBetween[0] = -1;
                try {
                    inBetween[0] = done(StateRestore.from(second, first).keys(Archive.KEYS))
                            .epoch();
                } catch (IOException never) {
                    throw new IllegalStateException(never);
                }
            }
        });
        int epoch = done(StateRestore.from(second, slow).keys(Archive.KEYS)).epoch();
        assertEquals(2, inBetween[0], "the first number is taken in one of the two");
        assertEquals(1, epoch, "and whoever has it there gets it in the other one as well");
        inBetween[0] = 0;
        epoch = done(StateRestore.from(slow, second).keys(Archive.KEYS)).epoch();
        assertEquals(3, inBetween[0]);
        assertEquals(4, epoch, "the number was taken after it had been found free");
    }

    @Test
    void restoresAtTheSameTimeNeverBeginTheSameEpoch() throws Exception {
        archive.state(LOG, 10);
        copyToSecond();
        AtomicInteger seeds = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                StateRestore one = StateRestore.from(first, second).keys(Archive.KEYS);
                StateRestore other = StateRestore.from(second, first).keys(Archive.KEYS);
                StateRestore restore = i % 2 == 0 ? one : other;
                running.add(threads.submit(() -> restore.into(new FakeTarget(), new Random(seeds.incrementAndGet()))
                        .epoch()));
            }
            Set<Integer> epochs = new HashSet<>();
            for (Future<Integer> each : running) {
                assertTrue(epochs.add(each.get()), epochs + " and another one");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void severalLogsAreToldApart() throws IOException {
        archive.state(LOG, 10);
        archive.part(LOG, 11, 40);
        Archive after = new Archive(first, Archive.KEYS, 1);
        after.state("b001.1", 30); // restored to entry 29, at second 41
        Archive more = new Archive(first, Archive.KEYS, 2);
        more.part("b001.1", 31, 60);
        RestorePlan newest = restore().plan();
        assertEquals("b001.1", newest.logId());
        assertEquals(60, newest.reachesIndex());
        assertEquals("b001.1", restore().upTo(RestoreBound.index(35)).plan().logId());
        assertEquals(
                LOG, restore().upTo(RestoreBound.index(35)).ofLog(LOG).plan().logId());
        RestoreRefusedException both =
                refused(RestoreRefusedException.Reason.NO_BACKUP, restore().upTo(RestoreBound.before(26)));
        assertSays("ofLog(\"b001.1\")", both);
        assertSays("ofLog(\"" + LOG + "\") restores", both);
        assertEquals(
                LOG, restore().upTo(RestoreBound.index(25)).ofLog(LOG).plan().logId());
        refused(
                RestoreRefusedException.Reason.NO_BACKUP,
                restore().upTo(RestoreBound.index(25)).ofLog("b001.1"));
        assertEquals(35, done(restore().upTo(RestoreBound.index(35)).ofLog(LOG)).index());
    }

    @Test
    void aMomentIsOneOfTheLogThatWasInUseThen() throws IOException {
        archive.state(LOG, 10);
        archive.part(LOG, 11, 40);
        Archive after = new Archive(first, Archive.KEYS, 1);
        after.other(BackupKind.LOGICAL);
        after.state("b001.1", 50);
        after.part("b001.1", 51, 60);
        assertEquals(
                LOG,
                restore().upTo(RestoreBound.until(Archive.moment(35))).plan().logId());
        assertEquals(
                "b001.1",
                restore().upTo(RestoreBound.until(Archive.moment(55))).plan().logId());
        assertEquals(55, index(restore(), RestoreBound.until(Archive.moment(55))));
    }

    @Test
    void whatIsAdvisedIsOfTheSameLogWhateverElseThereIs() throws IOException {
        archive.state(LOG, 10);
        archive.part(LOG, 11, 20);
        new Archive(first, Archive.KEYS, 1).state("b001.1", 15);
        RestoreRefusedException refused = refused(
                RestoreRefusedException.Reason.NOT_REACHED,
                restore().upTo(RestoreBound.index(25)).ofLog(LOG));
        assertSays("upTo(RestoreBound.index(20)).ofLog(\"" + LOG + "\") restores that", refused);
        assertEquals(20, done(restore().upTo(RestoreBound.index(20)).ofLog(LOG)).index());
        refused(RestoreRefusedException.Reason.NOT_REACHED, restore().upTo(RestoreBound.index(20)));
    }

    @Test
    void theEndIsOfTheRestoredLogThoughItsClockIsInThePast() throws IOException {
        archive.state(LOG, 10_000);
        archive.part(LOG, 10_001, 10_040);
        Archive past = new Archive(first, Archive.KEYS, 1); // whose clock begins at second 0
        past.state("b001.1", 30);
        past.part("b001.1", 31, 60);
        assertEquals("b001.1", restore().plan().logId());
        assertEquals(60, done(restore()).index());
    }

    @Test
    void whatALaterHolderMadeCountsAsLaterWhateverItsClockSaid() {
        archive.state(LOG, 10_000);
        archive.part(LOG, 10_001, 10_040);
        damageManifest(first, new Archive(first, Archive.KEYS, 1).part(LOG, 1, 2));
        assertSays("a later manifest", refused(RestoreRefusedException.Reason.DAMAGED, restore()));
    }

    @Test
    void whatBeganLongBeforeTheEndOfWhatIsThereHoldsNothingLater() throws IOException {
        archive.state(LOG, 10_000);
        Manifest early = archive.part(LOG, 10_001, 10_010);
        archive.part(LOG, 10_001, 10_605);
        damageManifest(first, early);
        assertSays("a later manifest", refused(RestoreRefusedException.Reason.DAMAGED, restore()));
        archive.part(LOG, 10_606, 10_611);
        assertEquals(10_611, done(restore()).index(), "it began 601 seconds before the last entry");
    }

    private BackupRepository readOnly(MemoryRepository repository, AtomicInteger reads) {
        return FailingRepository.hooked(repository, (call, name) -> {
            if (call.equals("read") && name.startsWith("data/")) {
                reads.incrementAndGet();
            } else if (call.equals("put") || call.equals("delete")) {
                throw new BackupRepositoryException(Reason.REFUSED, "second: read-only", null);
            }
        });
    }

    @Test
    void whoMayOnlyReadLearnsItBeforeReadingAndMayGiveAnEpoch() throws IOException {
        archive.state(LOG, 10);
        copyToSecond();
        AtomicInteger reads = new AtomicInteger();
        StateRestore restore = StateRestore.from(first, readOnly(second, reads)).keys(Archive.KEYS);
        for (StateRestore each : List.of(
                restore, StateRestore.from(readOnly(second, reads), first).keys(Archive.KEYS))) {
            RestoreRefusedException refused = assertThrows(RestoreRefusedException.class, () -> done(each));
            assertEquals(RestoreRefusedException.Reason.NO_EPOCH, refused.reason());
            assertSays("StateRestore.epoch(n)", refused);
            assertThrows(RestoreRefusedException.class, () -> each.checkEpoch(new Random(1)));
        }
        assertEquals(0, reads.get(), "hours");
        assertEquals(List.of(), epochs(first), "nothing is claimed");
        assertEquals(first.names(), second.names(), "nothing is left of trying");

        new Archive(first, Archive.KEYS, 3).other(BackupKind.LOGICAL);
        for (int taken : new int[] {1, 3}) {
            RestoreRefusedException known =
                    assertThrows(RestoreRefusedException.class, () -> done(restore.epoch(taken)));
            assertEquals(RestoreRefusedException.Reason.NO_EPOCH, known.reason());
            assertSays("not larger than 3", known);
            assertThrows(
                    RestoreRefusedException.class, () -> restore.epoch(taken).plan());
        }
        assertEquals(4, done(restore.epoch(4)).epoch());
        assertEquals(4, done(restore.epoch(4)).epoch(), "for which the caller answers");
        assertEquals(List.of(), epochs(first));
        assertThrows(IllegalArgumentException.class, () -> restore.epoch(0));
        assertThrows(IllegalArgumentException.class, () -> restore.epoch(32_768));
    }

    @Test
    void whoMayOnlyAddCanRestoreAllTheSame() throws IOException {
        archive.state(LOG, 10);
        BackupRepository adding = FailingRepository.hooked(first, (call, name) -> {
            if (call.equals("delete")) {
                throw new BackupRepositoryException(Reason.REFUSED, "first: nothing is removed", null);
            }
        });
        assertEquals(1, done(StateRestore.from(adding).keys(Archive.KEYS)).epoch());
        assertTrue(Catalogue.of(first, Archive.KEYS).verify(Progress.NONE).isClean());
    }

    @Test
    void anEpochThatTheRepositoriesDoNotKnowOfIsLeftOut() throws IOException {
        archive.state(LOG, 10);
        assertEquals(6, done(restore().aboveEpoch(5)).epoch());
        assertEquals(7, done(restore().aboveEpoch(5)).epoch());
        assertThrows(
                RestoreRefusedException.class,
                () -> done(restore().aboveEpoch(9).epoch(9)));
        assertThrows(IllegalArgumentException.class, () -> restore().aboveEpoch(-1));
        assertThrows(IllegalArgumentException.class, () -> restore().aboveEpoch(32_767));
    }

    @Test
    void aRepositoryThatGoesAwayWhileItIsReadIsNotDamaged() {
        archive.state(LOG, 10);
        BackupRepository leaving = FailingRepository.hooked(first, (call, name) -> {
            if (call.equals("read") && name.startsWith("data/")) {
                throw new BackupRepositoryException(Reason.UNAVAILABLE, "first: it is not mounted", null);
            }
        });
        RestoreRefusedException refused = assertThrows(
                RestoreRefusedException.class,
                () -> done(StateRestore.from(leaving).keys(Archive.KEYS)));
        assertEquals(RestoreRefusedException.Reason.UNREACHABLE, refused.reason());
        assertSays("it is not mounted", refused);
    }

    @Test
    void aBackupThatIsDeletedWhileTheListIsReadIsNotLost() {
        Manifest gone = archive.state(LOG, 10);
        String container = gone.objects().get(0).name();
        byte[] content = first.bytes(container);
        boolean[] listed = new boolean[1];
        // A list that goes on over a deletion: it has found the data still, and the manifest no more.
        BackupRepository deleting = FailingRepository.hooked(first, (call, name) -> {
            if (call.equals("list") && name.isEmpty() && !listed[0]) {
                first.delete("backups/" + gone.id());
                listed[0] = true;
            } else if (call.equals("list") && listed[0]) {
                first.delete(container);
            }
        });
        assertEquals(List.of(), Catalogue.of(deleting, Archive.KEYS).withoutManifest());
        first.replace(container, content);
        assertEquals(List.of(gone.id()), Catalogue.of(first, Archive.KEYS).withoutManifest());
    }

    @Test
    void oneContainerIsEnough() throws IOException {
        Manifest state = archive.state(LOG, 10);
        Manifest part = archive.part(LOG, 11, 20);
        byte[] bytes = first.bytes(state.objects().get(0).name()).clone();
        StateRestore.Opener opener = () -> new ByteArrayInputStream(bytes);
        Restored restored = StateRestore.container(opener, Archive.KEYS, 4, new FakeTarget());
        assertEquals(10, restored.index());
        assertEquals(4, restored.epoch());
        assertThrows(
                KeyUnavailableException.class,
                () -> StateRestore.container(opener, BackupKeys.none(), 4, new FakeTarget()));
        byte[] log = first.bytes(part.objects().get(0).name());
        IllegalArgumentException wrong = assertThrows(
                IllegalArgumentException.class,
                () -> StateRestore.container(() -> new ByteArrayInputStream(log), Archive.KEYS, 4, new FakeTarget()));
        assertSays("of the log backup " + part.id(), wrong);
        bytes[bytes.length - 40] ^= 4;
        FakeTarget untouched = new FakeTarget();
        assertThrows(DamagedBackupException.class, () -> StateRestore.container(opener, Archive.KEYS, 4, untouched));
        assertTrue(untouched.empty);
    }

    @Test
    void boundsSayWhatTheyAre() {
        assertEquals("the end", RestoreBound.end().toString());
        assertEquals("entry 4711", RestoreBound.index(4711).toString());
        assertEquals("entry 4710", RestoreBound.before(4711).toString());
        assertEquals(
                "2026-11-29T19:00:10Z",
                RestoreBound.until(Archive.moment(10).plusNanos(999)).toString());
        assertThrows(IllegalArgumentException.class, () -> RestoreBound.before(1));
        assertFalse(RestoreBound.index(1).isEnd());
    }
}
