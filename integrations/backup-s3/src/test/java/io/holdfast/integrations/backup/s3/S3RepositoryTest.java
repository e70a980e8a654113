package io.holdfast.integrations.backup.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.RepositoryContract;
import io.holdfast.integrations.backup.s3.S3Server.Call;
import io.holdfast.integrations.election.contract.TcpProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context.ModifyResponse;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** The contract of repositories on a server that speaks S3, and what such servers and the way to them do wrong. */
class S3RepositoryTest extends RepositoryContract {
    private static S3Server server;
    private static final byte[] LARGE = new byte[12 * 1024 * 1024 + 5];

    static {
        new Random(7).nextBytes(LARGE);
    }

    @BeforeAll
    static void start() throws Exception {
        server = new S3Server();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void empty() {
        server.reset();
    }

    @Override
    protected BackupRepository open() {
        return server.repository().prefix("shop/own");
    }

    @Override
    protected int leastPiece() {
        return S3Settings.LEAST_PART;
    }

    private static Content large() {
        return out -> {
            for (int at = 0; at < LARGE.length; at += 700_000) {
                out.write(LARGE, at, Math.min(700_000, LARGE.length - at));
            }
        };
    }

    private static byte[] read(BackupRepository repository, String name) throws IOException {
        try (InputStream in = repository.read(name, 0)) {
            return in.readAllBytes();
        }
    }

    private static BackupRepositoryException failure(Reason reason, Executable call) {
        BackupRepositoryException failed = assertThrows(BackupRepositoryException.class, call);
        assertEquals(reason, failed.reason(), failed.getMessage());
        assertTrue(failed.getMessage().contains("s3://" + S3Server.BUCKET), failed.getMessage());
        for (Throwable each = failed; each != null; each = each.getCause()) {
            assertFalse(String.valueOf(each.getMessage()).contains(S3Server.SECRET), each.toString());
        }
        return failed;
    }

    private static BackupRepositoryException putFails(BackupRepository repository, Reason reason) {
        BackupRepositoryException failed =
                failure(reason, () -> repository.putIfAbsent("data/x", out -> out.write(new byte[9])));
        assertTrue(failed.getMessage().contains("data/x"), failed.getMessage());
        return failed;
    }

    @Test
    void whatIsLongerThanAPartComesInParts() throws IOException {
        BackupRepository repository = open();
        assertTrue(repository.putIfAbsent("large", large()));
        assertEquals(LARGE.length, repository.size("large"));
        assertArrayEquals(LARGE, read(open(), "large"));
        assertFalse(open().putIfAbsent("large", large()));
        assertEquals(List.of("shop/own/large"), server.keys());
        assertEquals(0, server.unfinishedUploads());
    }

    @Test
    void onePartExactly() throws IOException {
        BackupRepository repository = open();
        int part = S3Settings.LEAST_PART;
        assertTrue(repository.putIfAbsent("one", out -> out.write(LARGE, 0, part)));
        assertTrue(repository.putIfAbsent("two", out -> out.write(LARGE, 0, 2 * part)));
        assertEquals(part, repository.size("one"));
        assertEquals(2L * part, repository.size("two"));
    }

    @Test
    void whoPutsMeanwhileWinsAlsoOverParts() throws IOException {
        BackupRepository repository = open();
        BackupRepository other = open();
        assertFalse(repository.putIfAbsent("name", out -> {
            large().writeTo(out);
            assertTrue(other.putIfAbsent("name", quick -> quick.write(7)));
        }));
        assertArrayEquals(new byte[] {7}, read(other, "name"));
        assertEquals(0, server.unfinishedUploads());
    }

    @Test
    void aContentThatFailsLeavesNoParts() {
        IOException broken = new IOException("the source is broken");
        assertEquals(broken, assertThrows(IOException.class, () -> open().putIfAbsent("half", out -> {
            large().writeTo(out);
            throw broken;
        })));
        assertEquals(0, server.unfinishedUploads());
        assertEquals(List.of(), server.keys());
    }

    @Test
    void aLostAnswerToAPutIsNoLostRace() throws IOException {
        BackupRepository repository = open();
        assertTrue(repository.putIfAbsent("first", out -> out.write(1)));
        server.loseAnswers(Call.PUT, 1);
        assertTrue(repository.putIfAbsent("name", out -> out.write(1)), "it was its own");
        server.loseAnswers(Call.COMPLETE, 2);
        assertTrue(repository.putIfAbsent("large", large()), "it was its own");
        assertArrayEquals(LARGE, read(repository, "large"));
        server.loseAnswers(Call.PUT, 1);
        assertFalse(open().putIfAbsent("name", out -> out.write(2)));
    }

    @Test
    void whatFailsForAWhileIsTriedAgain() throws IOException {
        BackupRepository repository = open();
        server.fail(Call.PUT, 2, 503, "SlowDown");
        assertTrue(repository.putIfAbsent("name", out -> out.write(1)));
        server.fail(Call.PART, 2, 500, "InternalError");
        assertTrue(repository.putIfAbsent("large", large()));
        server.fail(Call.COMPLETE, 1, 409, "ConditionalRequestConflict");
        assertTrue(repository.putIfAbsent("larger", large()));
        server.fail(Call.PUT, 1, 409, "ConditionalRequestConflict");
        assertTrue(repository.putIfAbsent("smaller", out -> out.write(1)));
        assertArrayEquals(LARGE, read(repository, "larger"));
    }

    @Test
    void whatKeepsFailingIsSaidAndLeavesNothing() throws IOException {
        BackupRepository repository = open();
        repository.putIfAbsent("first", out -> out.write(1));
        server.fail(Call.PUT, 100, 503, "SlowDown");
        assertTrue(putFails(repository, Reason.UNAVAILABLE).getMessage().contains("fewer requests"));
        server.fail(Call.PUT, 100, 507, "XMinioStorageFull");
        assertTrue(putFails(repository, Reason.NO_SPACE).getMessage().contains("no room"));
        server.fail(Call.PUT, 100, 403, "AccessDenied");
        assertTrue(putFails(repository, Reason.REFUSED).getMessage().contains("s3:PutObject"));
        server.fail(Call.PUT, 100, 403, "RequestTimeTooSkewed");
        assertTrue(putFails(repository, Reason.REFUSED).getMessage().contains("clock"));
        server.fail(Call.PUT, 100, 400, "AuthorizationHeaderMalformed");
        assertTrue(putFails(repository, Reason.UNAVAILABLE).getMessage().contains("another region"));
        server.fail(Call.PUT, 100, 501, "NotImplemented");
        putFails(repository, Reason.UNFIT);
        server.reset();
        server.fail(Call.PART, 100, 500, "InternalError");
        failure(Reason.UNAVAILABLE, () -> repository.putIfAbsent("large", large()));
        assertEquals(0, server.unfinishedUploads());
        assertEquals(List.of(), repository.list(""));
        server.fail(Call.LIST, 100, 500, "InternalError");
        failure(Reason.UNAVAILABLE, () -> repository.list(""));
        server.fail(Call.GET, 100, 500, "InternalError");
        failure(Reason.UNAVAILABLE, () -> repository.read("x", 0).close());
    }

    @Test
    void aStoreThatIgnoresConditionsIsRefused() {
        server.ignoreConditions(true, true);
        assertTrue(putFails(open(), Reason.UNFIT).getMessage().contains("If-None-Match"));
        assertEquals(List.of(), server.keys());
    }

    @Test
    void aStoreThatIgnoresConditionsOfPartsIsRefusedForThem() throws IOException {
        server.ignoreConditions(false, true);
        BackupRepository repository = open();
        assertTrue(repository.putIfAbsent("small", out -> out.write(1)));
        BackupRepositoryException failed = failure(Reason.UNFIT, () -> repository.putIfAbsent("large", large()));
        assertTrue(failed.getMessage().contains("in parts"), failed.getMessage());
        assertEquals(List.of("shop/own/small"), server.keys());
        assertEquals(0, server.unfinishedUploads());
    }

    @Test
    void wrongCredentialsAreSaidAndNotShown() {
        BackupRepository repository = server.repository()
                .credentials(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create("tester", "wrong-" + S3Server.SECRET)));
        assertTrue(putFails(repository, Reason.REFUSED).getMessage().contains("SignatureDoesNotMatch"));
        failure(Reason.REFUSED, () -> repository.list(""));
        failure(Reason.REFUSED, () -> repository.read("data/x", 0).close());
        failure(Reason.REFUSED, () -> repository.collectUnfinished(Duration.ZERO));
        assertFalse(repository.toString().contains(S3Server.SECRET));
    }

    @Test
    void whoCannotHaveItsCredentialsIsNotBlamedOnWhatIsPut() {
        BackupRepository repository = server.repository().credentials(() -> {
            throw new IllegalStateException("the file of credentials is gone");
        });
        for (Executable call : List.<Executable>of(
                () -> repository.putIfAbsent("data/x", out -> out.write(1)),
                () -> repository.list(""),
                () -> repository.size("a"),
                () -> repository.read("a", 0),
                () -> repository.delete("a"),
                () -> repository.collectUnfinished(Duration.ZERO))) {
            assertTrue(failure(Reason.REFUSED, call).getMessage().contains("is gone"));
        }
    }

    @Test
    void whatTheClientIsSetUpWithMayFailToo() {
        BackupRepository repository = server.repository().configure(builder -> {
            throw new IllegalArgumentException("no such proxy");
        });
        assertTrue(putFails(repository, Reason.FAILED).getMessage().contains("no such proxy"));
    }

    @Test
    void aStoreThatOmitsWhatIsNeededIsUnfit() throws IOException {
        assertTrue(open().putIfAbsent("a", out -> out.write(1)));
        BackupRepository silent = server.repository()
                .prefix("shop/own")
                .configure(builder -> builder.overrideConfiguration(builder.overrideConfiguration().toBuilder()
                        .addExecutionInterceptor(new Omitting())
                        .build()));
        failure(Reason.UNFIT, () -> silent.size("a"));
        failure(Reason.UNFIT, () -> silent.read("a", 0));
        failure(Reason.UNFIT, () -> silent.list(""));
        assertEquals(0, silent.collectUnfinished(Duration.ofHours(1)), "what is not said to go on ends");
    }

    /** Answers without what some stores leave out. */
    private static final class Omitting implements ExecutionInterceptor {
        @Override
        public SdkResponse modifyResponse(ModifyResponse context, ExecutionAttributes attributes) {
            SdkResponse whole = context.response();
            if (whole instanceof HeadObjectResponse head) {
                return head.toBuilder().contentLength(null).build();
            } else if (whole instanceof GetObjectResponse get) {
                return get.toBuilder().contentLength(null).build();
            } else if (whole instanceof ListObjectsV2Response list) {
                return list.toBuilder()
                        .isTruncated(null)
                        .contents(list.contents().stream()
                                .map(object ->
                                        object.toBuilder().lastModified(null).build())
                                .toList())
                        .build();
            } else if (whole instanceof ListMultipartUploadsResponse uploads) {
                return uploads.toBuilder().isTruncated(null).build();
            }
            return whole;
        }
    }

    @Test
    void aBucketThatIsNotThereIsNotMade() {
        S3Repository here = server.repository();
        BackupRepository repository = S3Repository.bucket("backups-2")
                .endpoint(URI.create("http://127.0.0.1:" + server.port()))
                .pathStyle()
                .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("tester", S3Server.SECRET)));
        assertTrue(here.list("").isEmpty());
        for (Executable call : List.<Executable>of(
                () -> repository.putIfAbsent("data/x", out -> out.write(1)),
                () -> repository.list(""),
                () -> repository.size("a"),
                () -> repository.read("a", 0),
                () -> repository.delete("a"),
                () -> repository.collectUnfinished(Duration.ZERO))) {
            assertTrue(failure(Reason.UNAVAILABLE, call).getMessage().contains("no such bucket"));
        }
    }

    @Test
    void aServerThatIsNotThereIsSaidSoon() throws Exception {
        int port;
        try (TcpProxy gone = TcpProxy.to(server.port())) {
            port = gone.port();
        }
        BackupRepository repository = server.repository(port);
        assertTrue(putFails(repository, Reason.UNAVAILABLE).getMessage().contains("not reached"));
    }

    @Test
    void aConnectionThatBreaksInTheMidstIsMadeAgain() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(server.port())) {
            BackupRepository repository = server.repository(proxy.port());
            assertTrue(repository.putIfAbsent("large", out -> {
                out.write(LARGE, 0, 6_000_000);
                proxy.drop();
                out.write(LARGE, 6_000_000, LARGE.length - 6_000_000);
                proxy.drop();
            }));
            assertArrayEquals(LARGE, read(repository, "large"));
            try (InputStream in = repository.read("large", 0)) {
                byte[] first = in.readNBytes(1_000_000);
                proxy.drop();
                byte[] rest = in.readAllBytes();
                assertEquals(LARGE.length, first.length + rest.length);
                assertArrayEquals(java.util.Arrays.copyOfRange(LARGE, 1_000_000, LARGE.length), rest);
            }
        }
    }

    @Test
    void aServerThatFallsSilentInTheMidstEndsThePutWithinBounds() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(server.port())) {
            S3Repository repository = server.repository(proxy.port()).requestTimeout(Duration.ofSeconds(1));
            BackupRepositoryException failed = failure(
                    Reason.UNAVAILABLE,
                    () -> repository.putIfAbsent("large", out -> {
                        out.write(LARGE, 0, 6_000_000);
                        proxy.cut();
                        out.write(LARGE, 6_000_000, LARGE.length - 6_000_000);
                    }));
            assertTrue(failed.getMessage().contains("large"), failed.getMessage());
            proxy.heal();
            BackupRepository patient = server.repository(proxy.port());
            assertEquals(List.of(), patient.list(""));
            // What could not be given up then is collected later: the server's clock has to come past the second of its
            // begin.
            int collected = 0;
            while (server.unfinishedUploads() > 0) {
                collected += patient.collectUnfinished(Duration.ZERO);
                Thread.onSpinWait();
            }
            assertTrue(collected <= 1, collected + " were collected");
            assertTrue(patient.putIfAbsent("large", large()));
        }
    }

    @Test
    void slowAnswersAreWaitedFor() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(server.port())) {
            proxy.delay(200_000_000L);
            BackupRepository repository = server.repository(proxy.port());
            assertTrue(repository.putIfAbsent("name", out -> out.write(1)));
            assertEquals(1, repository.size("name"));
        }
    }

    @Test
    void readingGoesOnWhereItBroke() throws IOException {
        BackupRepository repository = open();
        repository.putIfAbsent("large", large());
        server.breakReadsAfter(2_000_000);
        assertArrayEquals(LARGE, read(repository, "large"));
        server.breakReadsAfter(0);
        failure(Reason.UNAVAILABLE, () -> read(repository, "large"));
    }

    @Test
    void whatADeadProcessLeftIsCollected() throws IOException {
        BackupRepository repository = open();
        BackupRepository other = open();
        assertThrows(
                BackupRepositoryException.class,
                () -> repository.putIfAbsent("large", out -> {
                    out.write(LARGE, 0, 6_000_000);
                    assertEquals(0, other.collectUnfinished(Duration.ofHours(1)));
                    assertEquals(0, repository.collectUnfinished(Duration.ZERO), "it is its own");
                    while (other.collectUnfinished(Duration.ZERO) == 0) {
                        Thread.onSpinWait(); // the server's clock counts in seconds
                    }
                    out.write(LARGE, 6_000_000, 6_000_000);
                }));
        assertEquals(0, server.unfinishedUploads());
        assertEquals(List.of(), server.keys());
    }

    @Test
    void manyObjectsAreListedAll() throws IOException {
        BackupRepository repository = open();
        for (int i = 0; i < 1_100; i++) {
            server.putForeign("shop/own/many/" + i);
        }
        assertEquals(1_100, repository.list("many/").size());
    }

    @Test
    void strangersAreNeitherListedNorTouched() throws IOException {
        BackupRepository repository = open();
        repository.putIfAbsent("mine", out -> out.write(1));
        server.putForeign("shop/other/1");
        server.putForeign("shop/own-2/1");
        server.putForeign("shop/own/with space");
        server.putForeign("mine");
        assertEquals(
                List.of("mine"), repository.list("").stream().map(Stored::name).toList());
        assertTrue(repository.delete("mine"));
        assertEquals(
                List.of("mine", "shop/other/1", "shop/own-2/1", "shop/own/with space"),
                server.keys().stream().sorted().toList());
    }
}
