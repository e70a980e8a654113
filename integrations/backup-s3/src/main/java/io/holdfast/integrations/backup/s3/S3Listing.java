package io.holdfast.integrations.backup.s3;

import io.holdfast.backup.BackupRepositoryException.Reason;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What a bucket has, and that the store says what has to be known of it. */
final class S3Listing {
    private final S3Calls calls;
    private final S3Failures failures;

    S3Listing(S3Calls calls, S3Failures failures) {
        this.calls = calls;
        this.failures = failures;
    }

    List<S3Object> objects(String prefix) {
        return calls.call(prefix, "cannot be listed", () -> calls
                .s3()
                .listObjectsV2Paginator(list -> list.bucket(calls.settings().bucket())
                        .prefix(calls.settings().key(prefix)))
                .contents()
                .stream()
                .toList());
    }

    Instant modified(String name, S3Object object) {
        return said(name, "since when an object is there", object.lastModified());
    }

    /** Some stores omit what Amazon's always says. */
    <T> T said(String name, String what, @Nullable T value) {
        if (value == null) {
            throw failures.failure(Reason.UNFIT, name, "this store does not say " + what);
        }
        return value;
    }
}
