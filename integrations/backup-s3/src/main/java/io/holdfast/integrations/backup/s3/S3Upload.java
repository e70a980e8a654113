package io.holdfast.integrations.backup.s3;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * One put. What is not longer than a part is sent at once when all of it is there; what is longer goes in parts, one after the other, all of
 * the same size but for the last one, as some stores ask for. There is one part in memory and never more. Failures are the repository's, not
 * {@code IOException}s, which are the content's.
 */
final class S3Upload extends OutputStream {
    private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);
    /** As many as a store takes. */
    static final int MOST_PARTS = 10_000;

    private static final int FIRST_BUFFER = 64 << 10;

    private final S3Calls calls;
    private final S3Failures failures;
    private final S3Probe probe;
    private final String name;
    private final String key;
    private final String mark = UUID.randomUUID().toString();
    private final int partBytes;
    private final List<CompletedPart> parts = new ArrayList<>();
    private byte[] buffer = new byte[FIRST_BUFFER];
    private int filled;
    private @Nullable String uploadId;

    S3Upload(S3Calls calls, S3Failures failures, S3Probe probe, String name) {
        this.calls = calls;
        this.failures = failures;
        this.probe = probe;
        this.name = name;
        this.key = calls.settings().key(name);
        this.partBytes = calls.settings().partBytes();
    }

    String key() {
        return key;
    }

    @Override
    public void write(int b) {
        makeRoom(1);
        buffer[filled++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int done = 0;
        while (done < length) {
            makeRoom(length - done);
            int piece = Math.min(buffer.length - filled, length - done);
            System.arraycopy(bytes, offset + done, buffer, filled, piece);
            filled += piece;
            done += piece;
        }
    }

    /** For at least one byte, and for more as long as a part is not full. */
    private void makeRoom(int bytes) {
        if (filled == partBytes) {
            sendPart();
        }
        if (filled == buffer.length || (buffer.length - filled < bytes && buffer.length < partBytes)) {
            long wanted = Math.max(2L * buffer.length, (long) filled + bytes);
            buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, partBytes));
        }
    }

    private void sendPart() {
        if (uploadId == null) {
            probe.checkComplete(name);
            uploadId = calls.begin(name, key, mark);
        } else if (parts.size() == MOST_PARTS) {
            throw failures.failure(
                    Reason.NO_SPACE,
                    name,
                    "more than " + MOST_PARTS + " parts of " + partBytes
                            + " bytes, and stores take no more; set partBytes to" + " more on all nodes");
        }
        parts.add(calls.part(name, key, uploadId, parts.size() + 1, buffer, filled));
        filled = 0;
    }

    /** @return false if the name is taken */
    boolean finish() {
        if (uploadId == null) {
            return calls.put(name, key, mark, buffer, filled);
        }
        if (filled > 0) {
            sendPart();
        }
        boolean stored = calls.complete(name, key, mark, uploadId, parts);
        if (stored) {
            uploadId = null;
        }
        return stored;
    }

    /** Gives up what was not stored. */
    @Override
    public void close() {
        if (uploadId == null) {
            return;
        }
        // An interrupt is about the put and not about what is left of it.
        boolean interrupted = Thread.interrupted();
        try {
            calls.abort(name, key, uploadId);
        } catch (BackupRepositoryException left) {
            LOG.warn("parts of what was not stored are left, and will be collected later: {}", left.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
