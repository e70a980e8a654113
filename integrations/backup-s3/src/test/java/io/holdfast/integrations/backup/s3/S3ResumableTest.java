package io.holdfast.integrations.backup.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.ResumablePut;
import io.holdfast.integrations.backup.s3.S3Server.Call;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What breaks off on its way into a bucket is gone on with. */
class S3ResumableTest {
    private static final int PART = S3Settings.LEAST_PART;
    private static final byte[] LARGE = new byte[2 * PART + 5];
    private static final String NAME = "data/large";
    private static S3Server server;

    static {
        new Random(8).nextBytes(LARGE);
    }

    @BeforeAll
    static void start() throws Exception {
        server = new S3Server();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void empty() {
        server.reset();
    }

    private static S3Repository repository() {
        return server.repository().prefix("shop");
    }

    /** In another process. */
    private static ResumablePut open() {
        return repository().resumable(NAME, LARGE.length, "abc").orElseThrow();
    }

    private static void put(ResumablePut to, int part) throws IOException {
        int from = part * PART;
        to.put(out -> {
            for (int at = from; at < Math.min(from + PART, LARGE.length); at += 700_000) {
                out.write(LARGE, at, Math.min(700_000, Math.min(from + PART, LARGE.length) - at));
            }
        });
    }

    private static void whole(ResumablePut from) throws IOException {
        for (int part = from.kept().size(); part < 3; part++) {
            put(from, part);
        }
        assertTrue(from.publish());
        try (InputStream in = repository().read(NAME, 0)) {
            assertArrayEquals(LARGE, in.readAllBytes());
        }
        assertNothingIsLeft();
    }

    private static void assertNothingIsLeft() {
        assertEquals(List.of("shop/" + NAME), server.keys());
        assertEquals(0, server.unfinishedUploads());
    }

    private static String listKey() {
        return server.keys().stream()
                .filter(key -> key.startsWith("shop/.unfinished/"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void partsThatHaveComeAreNotSentAgain() throws Exception {
        int before;
        try (ResumablePut first = open()) {
            put(first, 0);
            put(first, 1);
            before = server.parts();
            server.fail(Call.PART, 100, 500, "InternalError");
            assertThrows(BackupRepositoryException.class, () -> put(first, 2));
            assertThrows(IllegalStateException.class, () -> put(first, 2), "it has failed");
            assertThrows(IllegalStateException.class, first::publish, "a part is missing");
        }
        assertEquals(List.of(), repository().list(""), "nobody sees it");
        server.fail(Call.PART, 0, 500, "InternalError");
        try (ResumablePut second = open()) {
            assertEquals(2, second.kept().size());
            whole(second);
        }
        assertEquals(1, server.parts() - before);
    }

    /** Then its part is in the upload and not in the list. */
    @Test
    void aPartThatIsNotListedIsSentAgain() throws Exception {
        try (ResumablePut first = open()) {
            put(first, 0);
            put(first, 1);
            server.fail(Call.PUT, 100, 500, "InternalError");
            assertThrows(BackupRepositoryException.class, () -> put(first, 2), "it lists the second one first");
        }
        server.fail(Call.PUT, 0, 500, "InternalError");
        try (ResumablePut second = open()) {
            assertEquals(1, second.kept().size());
            whole(second);
        }
    }

    @Test
    void whatNobodyGoesOnWithIsCollectedAfterAWeek() throws Exception {
        try (ResumablePut first = open()) {
            put(first, 0);
        }
        S3Repository other = repository();
        assertEquals(0, other.collectUnfinished(Duration.ofSeconds(1)));
        assertEquals(1, server.unfinishedUploads());
        int collected = 0;
        while (collected == 0) { // the server's clock counts in seconds
            collected = other.collectUnfinished(Duration.ZERO, Duration.ZERO);
        }
        assertEquals(1, collected);
        assertEquals(0, server.unfinishedUploads());
        try (ResumablePut second = open()) {
            assertEquals(List.of(), second.kept(), "the list says of an upload that there is none");
            whole(second);
        }
    }

    @Test
    void whoIsAtItIsNotCollectedByItsOwnProcess() throws Exception {
        S3Repository own = repository();
        try (ResumablePut first = own.resumable(NAME, LARGE.length, "abc").orElseThrow()) {
            put(first, 0);
            assertTrue(own.resumable(NAME, LARGE.length, "abc").isEmpty(), "one thread at a time");
            assertEquals(0, own.collectUnfinished(Duration.ZERO, Duration.ZERO));
            whole(first);
        }
    }

    @Test
    void aListThatIsNoneBeginsItAnew() throws Exception {
        try (ResumablePut first = open()) {
            put(first, 0);
        }
        server.putForeign(listKey(), "something else".getBytes(UTF_8));
        try (ResumablePut second = open()) {
            assertEquals(List.of(), second.kept());
            put(second, 0);
        }
        try (ResumablePut third = open()) {
            assertEquals(1, third.kept().size());
            for (int part = 1; part < 3; part++) {
                put(third, part);
            }
            assertTrue(third.publish());
        }
        assertEquals(1, server.unfinishedUploads(), "that of which nobody knows any more");
        while (repository().collectUnfinished(Duration.ZERO) == 0) {
            Thread.onSpinWait();
        }
        assertNothingIsLeft();
    }

    /** As a part that another process has sent meanwhile, or that the store has lost. */
    @Test
    void aPartThatIsAnotherOneThanTheListSaysIsSentAgain() throws Exception {
        try (ResumablePut first = open()) {
            put(first, 0);
            put(first, 1);
        }
        String key = listKey();
        UnfinishedUpload listed = UnfinishedUpload.decode(server.bytes(key)).orElseThrow();
        UnfinishedUpload.Part last = listed.parts().get(1);
        server.putForeign(
                key,
                listed.first(1)
                        .with(new UnfinishedUpload.Part(last.piece(), "another"))
                        .encode());
        try (ResumablePut second = open()) {
            assertEquals(1, second.kept().size());
            whole(second);
        }
    }

    @Test
    void twoThatTakeEachOtherForDeadStoreItOnce() throws Exception {
        try (ResumablePut first = open()) {
            put(first, 0);
            put(first, 1);
            try (ResumablePut second = open()) {
                assertEquals(1, second.kept().size());
                put(second, 1);
                put(second, 2);
                put(first, 2);
                assertTrue(second.publish());
            }
            first.publish(); // whatever it is told: it is there
        }
        try (InputStream in = repository().read(NAME, 0)) {
            assertArrayEquals(LARGE, in.readAllBytes());
        }
        try (ResumablePut late = open()) {
            for (int part = 0; part < 3; part++) {
                put(late, part);
            }
            assertFalse(late.publish());
        }
        assertNothingIsLeft();
    }

    @Test
    void aLostAnswerToTheLastCallIsNoLostRace() throws Exception {
        try (ResumablePut put = open()) {
            for (int part = 0; part < 3; part++) {
                put(put, part);
            }
            server.loseAnswers(Call.COMPLETE, 2);
            assertTrue(put.publish());
        }
        assertNothingIsLeft();
    }

    @Test
    void partsStayAsLongAsTheyWereWhenTheirLengthIsSetAnew() throws Exception {
        try (ResumablePut first = open()) {
            put(first, 0);
        }
        S3Repository larger = repository().partBytes(2 * PART);
        try (ResumablePut second = larger.resumable(NAME, LARGE.length, "abc").orElseThrow()) {
            assertEquals(PART, second.pieceBytes());
            assertThrows(IllegalArgumentException.class, () -> second.put(out -> out.write(new byte[PART + 1])));
        }
    }

    @Test
    void aStoreThatIgnoresConditionsOfPartsIsRefused() throws Exception {
        server.ignoreConditions(false, true);
        try (ResumablePut put = open()) {
            BackupRepositoryException refused = assertThrows(BackupRepositoryException.class, () -> put(put, 0));
            assertEquals(BackupRepositoryException.Reason.UNFIT, refused.reason());
        }
        assertEquals(0, server.unfinishedUploads());
    }

    @Test
    void whatIsTooShortOrTooLongIsNot() {
        BackupRepository repository = repository();
        assertTrue(repository.resumable(NAME, PART, "abc").isEmpty());
        assertTrue(repository.resumable(NAME, 10_001L * PART, "abc").isEmpty(), "no upload has so many parts");
    }

    /** As where a policy of the bucket wants each put to be one "if absent". */
    @Test
    void whereNothingMayBeWrittenOverItIsStoredAllTheSame() throws Exception {
        server.refuseReplacing(true);
        try (ResumablePut first = open()) {
            put(first, 0);
        }
        try (ResumablePut second = open()) {
            assertEquals(List.of(), second.kept());
            for (int part = 0; part < 3; part++) {
                put(second, part);
            }
            assertTrue(second.publish());
        }
        while (repository().collectUnfinished(Duration.ZERO) == 0) {
            Thread.onSpinWait();
        }
        assertNothingIsLeft();
    }

    /** The policy came while there was a list: what it says is gone on with, and no more is listed. */
    @Test
    void whereNothingMayBeWrittenOverAnyMoreItIsGoneOnWithAllTheSame() throws Exception {
        try (ResumablePut first = open()) {
            put(first, 0);
        }
        server.refuseReplacing(true);
        try (ResumablePut second = open()) {
            assertEquals(1, second.kept().size());
            for (int part = 1; part < 3; part++) {
                put(second, part);
            }
            assertTrue(second.publish());
        }
        try (InputStream in = repository().read(NAME, 0)) {
            assertArrayEquals(LARGE, in.readAllBytes());
        }
    }

    /** What has come is worth keeping also when the job is called off. */
    @Test
    void anInterruptDoesNotKeepPartsFromBeingListed() throws Exception {
        try (ResumablePut first = open()) {
            put(first, 0);
            Thread.currentThread().interrupt();
        }
        assertTrue(Thread.interrupted());
        try (ResumablePut second = open()) {
            assertEquals(1, second.kept().size());
        }
    }

    @Test
    void aListThatCannotBeReadKeepsWhatItMayBeOf() throws Exception {
        try (ResumablePut first = open()) {
            put(first, 0);
        }
        server.fail(Call.GET, 100, 403, "AccessDenied");
        assertEquals(0, repository().collectUnfinished(Duration.ZERO));
        assertEquals(1, server.unfinishedUploads());
        server.fail(Call.GET, 0, 403, "AccessDenied");
        try (ResumablePut second = open()) {
            assertEquals(1, second.kept().size());
        }
    }

    @Test
    void partsThatAreLongerThanOnesOwnAreNotGoneOnWith() throws Exception {
        S3Repository larger = repository().partBytes(2 * PART);
        try (ResumablePut first = larger.resumable(NAME, LARGE.length, "abc").orElseThrow()) {
            first.put(out -> out.write(LARGE, 0, 2 * PART));
        }
        try (ResumablePut second = open()) {
            assertEquals(List.of(), second.kept());
            assertEquals(PART, second.pieceBytes());
        }
    }
}
