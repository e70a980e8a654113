package io.holdfast.integrations.backup.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * A server that speaks S3, on the loopback interface and in this JVM, with a store in memory: S3Proxy. Its store may be told to fail, to lose its
 * answers and to ignore conditions.
 */
final class S3Server implements AutoCloseable {
    static final String BUCKET = "backups";
    static final String SECRET = "a-secret-that-nobody-sees";
    private static final String KEY_ID = "tester";

    /** What may go wrong. */
    enum Call {
        PUT,
        PART,
        COMPLETE,
        GET,
        LIST
    }

    private final TransientNio2BlobStore memory = new TransientNio2BlobStore();
    private final Faults store = new Faults(memory);
    private final Map<Call, Integer> fails = new ConcurrentHashMap<>();
    private final Map<Call, Integer> loses = new ConcurrentHashMap<>();
    private final AtomicInteger parts = new AtomicInteger();
    private volatile boolean ignoresPut;
    private volatile boolean ignoresComplete;
    private volatile boolean refusesReplacing;
    private volatile int status = 500;
    private volatile String code = "InternalError";
    private volatile int breaksAfter = Integer.MAX_VALUE;
    private volatile S3Proxy proxy;
    private final int port;

    S3Server() throws Exception {
        memory.createContainer(CreateBucketRequest.builder().bucket(BUCKET).build());
        proxy = start(0);
        port = proxy.getPort();
    }

    private S3Proxy start(int at) throws Exception {
        S3Proxy started = S3Proxy.builder()
                .blobStore(store)
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY_ID, SECRET)
                .endpoint(URI.create("http://127.0.0.1:" + at))
                .stopTimeout(0)
                .build();
        started.start();
        return started;
    }

    int port() {
        return port;
    }

    /** As one more process sees it. */
    S3Repository repository() {
        return repository(port);
    }

    S3Repository repository(int at) {
        return S3Repository.bucket(BUCKET)
                .endpoint(URI.create("http://127.0.0.1:" + at))
                .pathStyle()
                .partBytes(S3Settings.LEAST_PART)
                .requestTimeout(Duration.ofSeconds(20))
                .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY_ID, SECRET)));
    }

    /** All that is stored goes, and what was told to fail no longer does. */
    void reset() {
        fails.clear();
        loses.clear();
        ignoresPut = false;
        ignoresComplete = false;
        refusesReplacing = false;
        breaksAfter = Integer.MAX_VALUE;
        memory.deleteContainer(BUCKET);
        memory.createContainer(CreateBucketRequest.builder().bucket(BUCKET).build());
    }

    /** So many of the next calls fail with that, without having done anything. */
    void fail(Call call, int times, int httpStatus, String errorCode) {
        status = httpStatus;
        code = errorCode;
        fails.put(call, times);
    }

    /** So many of the next calls do what they should, and answer that they did not. */
    void loseAnswers(Call call, int times) {
        status = 500;
        code = "InternalError";
        loses.put(call, times);
    }

    /** Stores over what is there, as a server does that does not know If-None-Match. */
    void ignoreConditions(boolean ofPuts, boolean ofCompletions) {
        ignoresPut = ofPuts;
        ignoresComplete = ofCompletions;
    }

    /** Whether lists of parts are refused, as what is not put "if absent". */
    void refuseReplacing(boolean is) {
        refusesReplacing = is;
    }

    /** Each object's bytes break off after so many. */
    void breakReadsAfter(int bytes) {
        breaksAfter = bytes;
    }

    int unfinishedUploads() {
        return memory.listMultipartUploads(BUCKET).size();
    }

    /** Keys as they are in the bucket, without those of the server's own. */
    List<String> keys() {
        return memory.list(ListObjectsV2Request.builder().bucket(BUCKET).build()).contents().stream()
                .map(each -> each.key())
                .filter(key -> !key.startsWith(".s3proxy-"))
                .toList();
    }

    /** What stands under a name for a process that knows nothing of repositories. */
    void putForeign(String key) {
        putForeign(key, new byte[1]);
    }

    void putForeign(String key, byte[] bytes) {
        memory.putBlob(
                PutObjectRequest.builder()
                        .bucket(BUCKET)
                        .key(key)
                        .contentLength((long) bytes.length)
                        .build(),
                new ByteArrayInputStream(bytes));
    }

    byte[] bytes(String key) throws IOException {
        try (InputStream in = memory.getBlob(
                GetObjectRequest.builder().bucket(BUCKET).key(key).build())) {
            return in.readAllBytes();
        }
    }

    /** How many parts have come. */
    int parts() {
        return parts.get();
    }

    /** Nobody listens any more. What is stored stays. */
    void stop() throws Exception {
        proxy.stop();
    }

    void startAgain() throws Exception {
        proxy = start(port);
    }

    @Override
    public void close() {
        try {
            proxy.stop();
            memory.close();
        } catch (Exception failed) {
            throw new IllegalStateException("the server does not stop", failed);
        }
    }

    private final class Faults extends ForwardingBlobStore {
        private Faults(BlobStore real) {
            super(real);
        }

        private boolean take(Map<Call, Integer> of, Call call) {
            Integer before = of.computeIfPresent(call, (each, left) -> left == 0 ? null : left);
            if (before == null) {
                return false;
            }
            of.computeIfPresent(call, (each, left) -> left - 1);
            return true;
        }

        private RuntimeException failure() {
            return S3Exception.builder()
                    .statusCode(status)
                    .message(code)
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode(code)
                            .errorMessage("as the test says")
                            .build())
                    .build();
        }

        private void before(Call call) {
            if (take(fails, call)) {
                throw failure();
            }
        }

        private <T> T after(Call call, T answer) {
            if (take(loses, call)) {
                throw failure();
            }
            return answer;
        }

        @Override
        public PutObjectResponse putBlob(PutObjectRequest request, InputStream payload) {
            if (refusesReplacing && request.key().contains("/.unfinished/")) {
                status = 403;
                code = "AccessDenied";
                throw failure();
            }
            before(Call.PUT);
            return after(
                    Call.PUT,
                    super.putBlob(
                            ignoresPut ? request.toBuilder().ifNoneMatch(null).build() : request, payload));
        }

        @Override
        public UploadPartResponse uploadMultipartPart(
                MultipartUpload upload, UploadPartRequest request, InputStream in) {
            before(Call.PART);
            parts.incrementAndGet();
            return after(Call.PART, super.uploadMultipartPart(upload, request, in));
        }

        @Override
        public CompleteMultipartUploadResponse completeMultipartUpload(
                MultipartUpload upload, CompleteMultipartUploadRequest request) {
            before(Call.COMPLETE);
            return after(
                    Call.COMPLETE,
                    super.completeMultipartUpload(
                            upload,
                            ignoresComplete
                                    ? request.toBuilder().ifNoneMatch(null).build()
                                    : request));
        }

        @Override
        public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
            before(Call.GET);
            ResponseInputStream<GetObjectResponse> whole = super.getBlob(request);
            if (whole == null || breaksAfter == Integer.MAX_VALUE) {
                return whole;
            }
            return new ResponseInputStream<>(whole.response(), new BreakingInput(whole, breaksAfter));
        }

        @Override
        public ListObjectsV2Response list(ListObjectsV2Request request) {
            before(Call.LIST);
            return super.list(request);
        }
    }
}
