package io.holdfast.integrations.backup.s3;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Whether the store keeps "if absent". One that does not know {@code If-None-Match} may ignore it, and of two that put the same name both would
 * think that they had won: so the header is tried before the first put, and again with parts before the first object that needs some, as there
 * are stores that know one and not the other.
 */
final class S3Probe {
    /** Begins with a dot, as no object's name does. */
    static final String PROBES = ".probe/";

    private static final Logger LOG = LoggerFactory.getLogger(S3Probe.class);

    private final S3Calls calls;
    private final S3Failures failures;
    private volatile boolean putIsFit;
    private volatile boolean completeIsFit;

    S3Probe(S3Calls calls, S3Failures failures) {
        this.calls = calls;
        this.failures = failures;
    }

    /** @param name what is about to be put */
    void checkPut(String name) {
        if (putIsFit) {
            return;
        }
        String key = key();
        try {
            put(name, key);
            if (put(name, key)) {
                throw unfit(name, "puts an object over another one although it was sent If-None-Match");
            }
            putIsFit = true;
        } finally {
            remove(name, key);
        }
    }

    /** As {@link #checkPut}, for one that comes in parts. */
    void checkComplete(String name) {
        if (completeIsFit) {
            return;
        }
        String key = key();
        try {
            put(name, key);
            String mark = UUID.randomUUID().toString();
            String upload = calls.begin(name, key, mark);
            boolean completed = false;
            try {
                List<CompletedPart> parts = List.of(calls.part(name, key, upload, 1, new byte[] {2}, 1));
                completed = calls.complete(name, key, mark, upload, parts);
            } finally {
                if (!completed) {
                    abort(name, key, upload);
                }
            }
            if (completed) {
                throw unfit(
                        name,
                        "puts an object that comes in parts over another one although it was sent If-None-Match; what is"
                                + " smaller than one part could be stored, and nothing else");
            }
            completeIsFit = true;
        } finally {
            remove(name, key);
        }
    }

    private boolean put(String name, String key) {
        return calls.put(name, key, UUID.randomUUID().toString(), new byte[] {1}, 1);
    }

    private String key() {
        return calls.settings().key(PROBES + UUID.randomUUID());
    }

    private BackupRepositoryException unfit(String name, String what) {
        return failures.failure(
                Reason.UNFIT,
                name,
                "this store " + what
                        + ": two nodes could overwrite each other's backups; use one that knows conditional"
                        + " writes");
    }

    private void abort(String name, String key, String upload) {
        try {
            calls.abort(name, key, upload);
        } catch (BackupRepositoryException left) {
            LOG.warn("parts of {} are left, and will be collected later: {}", key, left.getMessage());
        }
    }

    private void remove(String name, String key) {
        try {
            calls.delete(name, key);
        } catch (BackupRepositoryException left) {
            LOG.warn("{} could not be removed, and will be collected later: {}", key, left.getMessage());
        }
    }
}
