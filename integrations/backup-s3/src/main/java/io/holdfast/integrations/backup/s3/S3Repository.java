package io.holdfast.integrations.backup.s3;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.ResumablePut;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Backups in a bucket of Amazon S3, or of another store that speaks the same and knows conditional writes:
 *
 * <pre>{@code
 * Backups.to(
 *     BackupLayer.of("nas", BackupRepository.directory(nas)),
 *     BackupLayer.of("s3", S3Repository.bucket("shop-backups").prefix("shop").region("eu-central-1")).offSite());
 * }</pre>
 *
 * <p>The bucket must exist, and what is under the prefix must be of this repository alone: uploads there that did not come to an end are
 * collected. A put is {@code If-None-Match: *}; a store that does not keep that is refused before the first one. In memory there is one part
 * ({@link #partBytes}) of each put that is under way.
 *
 * <p>Immutable: each method returns a changed copy, which has its own connections once it is used. Nothing has to be closed.
 */
public final class S3Repository implements BackupRepository {
    private final S3Settings settings;
    private final S3Failures failures;
    private final S3Calls calls;
    private final S3Probe probe;
    private final S3Listing listing;
    private final Set<S3Upload> underWay = ConcurrentHashMap.newKeySet();
    private final Set<String> resuming = ConcurrentHashMap.newKeySet();

    private S3Repository(S3Settings settings) {
        this.settings = settings;
        this.failures = new S3Failures(settings.describe());
        this.calls = new S3Calls(settings, failures);
        this.probe = new S3Probe(calls, failures);
        this.listing = new S3Listing(calls, failures);
    }

    /** That bucket of Amazon S3, with the region and the credentials that the environment says (as the AWS SDK looks for them). */
    public static S3Repository bucket(String name) {
        return new S3Repository(S3Settings.of(name));
    }

    /** Under what in the bucket: a name as of an object; all of the bucket by default. It is of this repository alone. */
    public S3Repository prefix(String path) {
        return new S3Repository(settings.withPrefix(path));
    }

    /** The bucket's region; what the environment says by default, or {@code us-east-1} with an {@link #endpoint}. */
    public S3Repository region(String name) {
        return new S3Repository(settings.withRegion(name));
    }

    /** Another store than Amazon's, such as {@code https://minio.example:9000}. */
    public S3Repository endpoint(URI uri) {
        return new S3Repository(settings.withEndpoint(uri));
    }

    /** Puts the bucket's name into the path and not before the host: for stores whose names of buckets are not in the DNS. */
    public S3Repository pathStyle() {
        return new S3Repository(settings.withPathStyle());
    }

    /** Whose name and secret are used; what they are is never printed. */
    public S3Repository credentials(AwsCredentialsProvider provider) {
        return new S3Repository(settings.withCredentials(provider));
    }

    /** How long a part is, 5 MiB to 1 GiB; 16 MiB by default. An object has up to 10,000: more than 156 GiB need more here, and so memory. */
    public S3Repository partBytes(int bytes) {
        return new S3Repository(settings.withPartBytes(bytes));
    }

    /**
     * How long one request may take, with the sending of a part, 1 s to 10 min; 40 s by default. It is tried up to four times within three times that.
     */
    public S3Repository requestTimeout(Duration time) {
        return new S3Repository(settings.withRequestTimeout(time));
    }

    /** Sets up the client further: another HTTP client, a proxy, metrics. */
    public S3Repository configure(Consumer<S3ClientBuilder> further) {
        return new S3Repository(settings.withConfigure(further));
    }

    @Override
    public boolean putIfAbsent(String name, Content content) throws IOException {
        String key = settings.key(BackupRepository.checkName(name));
        probe.checkPut(name);
        if (calls.head(name, key).isPresent()) {
            return false;
        }
        try (S3Upload upload = new S3Upload(calls, failures, probe, name)) {
            underWay.add(upload);
            try {
                content.writeTo(upload);
                return upload.finish();
            } finally {
                underWay.remove(upload);
            }
        }
    }

    @Override
    public Optional<ResumablePut> resumable(String name, long bytes, String content) {
        String key = settings.key(BackupRepository.checkName(name));
        boolean worth = bytes > settings.partBytes() && bytes <= (long) S3Upload.MOST_PARTS * settings.partBytes();
        if (!worth || !resuming.add(key)) {
            return Optional.empty();
        }
        try {
            return Optional.of(S3Resumable.open(calls, probe, name, content, () -> resuming.remove(key)));
        } catch (RuntimeException failed) {
            resuming.remove(key);
            throw failed;
        }
    }

    @Override
    public InputStream read(String name, long offset) {
        BackupRepository.checkName(name);
        if (offset < 0) {
            throw new IllegalArgumentException("the offset is " + offset);
        }
        return new S3Input(calls, failures, name, offset);
    }

    @Override
    public long size(String name) {
        return listing.said(
                name,
                "how long an object is",
                known(name)
                        .orElseThrow(() ->
                                failures.failure(Reason.ABSENT, name, "cannot be looked at, since it is not there"))
                        .contentLength());
    }

    private Optional<HeadObjectResponse> known(String name) {
        Optional<HeadObjectResponse> there = calls.head(name, settings.key(BackupRepository.checkName(name)));
        if (there.isEmpty()) {
            calls.checkBucket(name);
        }
        return there;
    }

    @Override
    public List<Stored> list(String prefix) {
        List<Stored> found = new ArrayList<>();
        if (isBeginOfName(prefix)) {
            for (S3Object object : listing.objects(prefix)) {
                String name = settings.name(object.key());
                if (name != null) {
                    long bytes = listing.said(name, "how long an object is", object.size());
                    found.add(new Stored(
                            name, bytes, listing.modified(name, object).toEpochMilli()));
                }
            }
        }
        found.sort(Comparator.comparing(Stored::name));
        return List.copyOf(found);
    }

    /** Nothing else is asked of a store, some of which take it for a path. */
    private static boolean isBeginOfName(String prefix) {
        return prefix.isEmpty() || isName(prefix) || isName(prefix + "a");
    }

    private static boolean isName(String text) {
        try {
            BackupRepository.checkName(text);
            return true;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    @Override
    public boolean delete(String name) {
        if (known(name).isEmpty()) {
            return false;
        }
        calls.delete(name, settings.key(name));
        return true;
    }

    @Override
    public int collectUnfinished(Duration silentFor) {
        return collectUnfinished(silentFor, S3Collector.RESUMABLE_FOR);
    }

    /** @param resumableFor how long an upload that somebody may go on with stays, if that is longer */
    int collectUnfinished(Duration silentFor, Duration resumableFor) {
        return new S3Collector(calls, failures, listing, this::isUnderWay).collect(silentFor, resumableFor);
    }

    private boolean isUnderWay(String key) {
        return resuming.contains(key)
                || underWay.stream().anyMatch(upload -> upload.key().equals(key));
    }

    @Override
    public String describe() {
        return settings.describe();
    }

    @Override
    public String toString() {
        return describe();
    }
}
