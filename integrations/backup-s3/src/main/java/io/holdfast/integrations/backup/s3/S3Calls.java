package io.holdfast.integrations.backup.s3;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.Part;

/**
 * The calls of a store, as the contract of repositories needs them. Each ends within bounds: an attempt within the request time-out, all
 * attempts within three times that.
 *
 * <p>What is stored carries a mark of the put that stored it. So a put whose answer was lost, and that finds its name taken when it is
 * repeated, can tell that it was its own.
 */
final class S3Calls {
    private static final int ATTEMPTS = 4;
    private static final int TIMES_THE_TIMEOUT = 3;
    private static final long CONNECT_SECONDS = 5;
    private static final int CONFLICTS = 8;
    private static final long AFTER_CONFLICT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final String MARK = "holdfast-put";
    private static final String ANYTHING = "*";

    private final S3Settings settings;
    private final S3Failures failures;
    private @Nullable S3Client client;

    S3Calls(S3Settings settings, S3Failures failures) {
        this.settings = settings;
        this.failures = failures;
    }

    /** Made when it is first used, as looking for a region or credentials may ask the network. */
    private synchronized S3Client client() {
        if (client == null) {
            client = open();
        }
        return client;
    }

    private S3Client open() {
        // Its threads end by themselves: a repository is not closed.
        ScheduledThreadPoolExecutor timeouts = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "holdfast-s3-timeout");
            thread.setDaemon(true);
            return thread;
        });
        timeouts.setKeepAliveTime(10, TimeUnit.SECONDS);
        timeouts.allowCoreThreadTimeOut(true);
        timeouts.setRemoveOnCancelPolicy(true);
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(Duration.ofSeconds(CONNECT_SECONDS))
                        .socketTimeout(settings.requestTimeout()))
                .overrideConfiguration(override -> override.apiCallAttemptTimeout(settings.requestTimeout())
                        .apiCallTimeout(settings.requestTimeout().multipliedBy(TIMES_THE_TIMEOUT))
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(ATTEMPTS)
                                .build())
                        .scheduledExecutorService(timeouts))
                // Each request carries an MD5 instead, which all stores know; many do not know the newer ways.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(
                        S3Configuration.builder().chunkedEncodingEnabled(false).build())
                .forcePathStyle(settings.pathStyle());
        settings.endpoint().ifPresent(builder::endpointOverride);
        settings.region()
                .map(Region::of)
                .or(() -> settings.endpoint().map(other -> Region.US_EAST_1))
                .ifPresent(builder::region);
        settings.credentials().ifPresent(given -> builder.credentialsProvider(() -> credentials(given)));
        settings.configure().accept(builder);
        return builder.build();
    }

    /** A file of them that is not there or not readable is no {@code SdkException}, and would be taken for a failure of what is put. */
    private AwsCredentials credentials(AwsCredentialsProvider given) {
        try {
            return given.resolveCredentials();
        } catch (SdkException | BackupRepositoryException failed) {
            throw failed;
        } catch (RuntimeException failed) {
            throw failures.failure(
                    Reason.REFUSED, "", "the credentials cannot be had: " + S3Failures.root(failed), failed);
        }
    }

    /** What a call gives, or the contract's exception: whatever is thrown here is the repository's failure and not that of a content. */
    <T extends @Nullable Object> T call(String name, String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (RuntimeException failed) {
            throw failure(name, what, failed);
        }
    }

    BackupRepositoryException failure(String name, String what, RuntimeException failed) {
        if (failed instanceof AbortedException) {
            Thread.currentThread().interrupt();
        }
        return failures.of(name, what, failed);
    }

    /** The client itself, for what no other method here does; wrapped by {@link #call}. */
    S3Client s3() {
        return client();
    }

    S3Settings settings() {
        return settings;
    }

    /** What is known of an object, if it is there. */
    Optional<HeadObjectResponse> head(String name, String key) {
        return call(name, "cannot be looked at", () -> {
            try {
                return Optional.of(client().headObject(
                                head -> head.bucket(settings.bucket()).key(key)));
            } catch (AwsServiceException failed) {
                if (S3Failures.isAbsent(failed)) {
                    return Optional.empty();
                }
                throw failed;
            }
        });
    }

    /** Answers to HEAD do not tell a bucket that is absent from an object that is. */
    void checkBucket(String name) {
        try {
            call(name, "cannot be looked at", () -> client().headBucket(head -> head.bucket(settings.bucket())));
        } catch (BackupRepositoryException failed) {
            if (failed.reason() == Reason.ABSENT) {
                throw failures.failure(
                        Reason.UNAVAILABLE, name, "there is no such bucket; it is not made by itself", failed);
            } else if (failed.reason() != Reason.REFUSED) { // who may not ask has to do without
                throw failed;
            }
        }
    }

    /** @return false if the name is taken */
    boolean put(String name, String key, String mark, byte[] bytes, int length) {
        String md5 = md5(bytes, length);
        return unlessTaken(name, key, mark, () -> client().putObject(
                        put -> put.bucket(settings.bucket())
                                .key(key)
                                .ifNoneMatch(ANYTHING)
                                .contentMD5(md5)
                                .contentLength((long) length)
                                .metadata(Map.of(MARK, mark)),
                        body(bytes, length)));
    }

    /** Whatever is there; of what is no object of the repository. */
    void replace(String name, String key, byte[] bytes) {
        String md5 = md5(bytes, bytes.length);
        call(name, "the list of its parts cannot be written", () -> client().putObject(
                        put -> put.bucket(settings.bucket())
                                .key(key)
                                .contentMD5(md5)
                                .contentLength((long) bytes.length),
                        body(bytes, bytes.length)));
    }

    /** All of what is not long, if it is there; empty as well if it is longer. */
    Optional<byte[]> small(String name, String key, int mostBytes) {
        return call(name, "the list of its parts cannot be read", () -> {
            try (ResponseInputStream<GetObjectResponse> in =
                    client().getObject(get -> get.bucket(settings.bucket()).key(key))) {
                byte[] bytes = in.readNBytes(mostBytes + 1);
                return bytes.length > mostBytes ? Optional.empty() : Optional.of(bytes);
            } catch (AwsServiceException failed) {
                if (S3Failures.isAbsent(failed)) {
                    return Optional.empty();
                }
                throw failed;
            } catch (IOException broken) {
                throw SdkClientException.create("the answer broke off", broken);
            }
        });
    }

    /** The parts of an upload by number; none if there is no such upload. */
    Map<Integer, Part> parts(String name, String key, String uploadId) {
        return call(name, "cannot be looked at", () -> {
            Map<Integer, Part> parts = new HashMap<>();
            try {
                client().listPartsPaginator(
                                list -> list.bucket(settings.bucket()).key(key).uploadId(uploadId))
                        .parts()
                        .forEach(part -> parts.put(part.partNumber(), part));
            } catch (AwsServiceException failed) {
                if (!S3Failures.isAbsent(failed)) {
                    throw failed;
                }
            }
            return parts;
        });
    }

    /** @return the id of an upload in parts */
    String begin(String name, String key, String mark) {
        return call(name, "cannot be written", () -> client().createMultipartUpload(
                        create -> create.bucket(settings.bucket()).key(key).metadata(Map.of(MARK, mark)))
                .uploadId());
    }

    CompletedPart part(String name, String key, String uploadId, int number, byte[] bytes, int length) {
        String md5 = md5(bytes, length);
        try {
            String tag = client().uploadPart(
                            part -> part.bucket(settings.bucket())
                                    .key(key)
                                    .uploadId(uploadId)
                                    .partNumber(number)
                                    .contentMD5(md5)
                                    .contentLength((long) length),
                            body(bytes, length))
                    .eTag();
            return CompletedPart.builder().partNumber(number).eTag(tag).build();
        } catch (AwsServiceException failed) {
            throw S3Failures.isAbsent(failed) ? collected(name, failed) : failure(name, "cannot be written", failed);
        } catch (RuntimeException failed) {
            throw failure(name, "cannot be written", failed);
        }
    }

    private BackupRepositoryException collected(String name, AwsServiceException failed) {
        return failures.failure(
                Reason.FAILED,
                name,
                "cannot be written, since its upload is not there any more: it was silent for so long that it was taken"
                        + " for dead, or the bucket has a rule that ends uploads earlier",
                failed);
    }

    /** @return false if the name is taken */
    boolean complete(String name, String key, String mark, String uploadId, List<CompletedPart> parts) {
        return unlessTaken(
                name, key, mark, () -> client().completeMultipartUpload(complete -> complete.bucket(settings.bucket())
                        .key(key)
                        .uploadId(uploadId)
                        .ifNoneMatch(ANYTHING)
                        .multipartUpload(upload -> upload.parts(parts))));
    }

    /**
     * Runs a request that stores unless the name is taken. A conflict says only that another one was under way, and is tried again; an upload that
     * is not there may have been completed by an attempt whose answer was lost.
     */
    private boolean unlessTaken(String name, String key, String mark, Runnable request) {
        for (int conflicts = 0; ; conflicts++) {
            try {
                request.run();
                return true;
            } catch (AwsServiceException failed) {
                boolean again = S3Failures.isConflict(failed) && conflicts < CONFLICTS;
                boolean gone = S3Failures.code(failed).equals("NoSuchUpload");
                if (S3Failures.isTaken(failed) || again || gone) {
                    Optional<HeadObjectResponse> there = head(name, key);
                    if (there.isPresent()) {
                        return mark.equals(there.get().metadata().get(MARK));
                    } else if (S3Failures.isTaken(failed)) {
                        return false; // it was there, and was deleted since
                    } else if (gone) {
                        throw collected(name, failed);
                    }
                    LockSupport.parkNanos(AFTER_CONFLICT_NANOS << conflicts);
                } else {
                    throw failure(name, "cannot be stored", failed);
                }
            } catch (RuntimeException failed) {
                throw failure(name, "cannot be stored", failed);
            }
        }
    }

    /** @return false if there was no such upload */
    boolean abort(String name, String key, String uploadId) {
        return call(name, "cannot be collected", () -> {
            try {
                client().abortMultipartUpload(abort ->
                        abort.bucket(settings.bucket()).key(key).uploadId(uploadId));
                return true;
            } catch (AwsServiceException failed) {
                if (S3Failures.isAbsent(failed)) {
                    return false;
                }
                throw failed;
            }
        });
    }

    void delete(String name, String key) {
        call(name, "cannot be deleted", () -> client().deleteObject(
                        delete -> delete.bucket(settings.bucket()).key(key)));
    }

    private static RequestBody body(byte[] bytes, int length) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, length), length, "application/octet-stream");
    }

    private static String md5(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(bytes, 0, length);
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException every) {
            throw new IllegalStateException("every JVM has MD5", every);
        }
    }
}
