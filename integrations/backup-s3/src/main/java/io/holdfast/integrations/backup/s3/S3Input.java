package io.holdfast.integrations.backup.s3;

import io.holdfast.backup.BackupRepositoryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads an object from an offset on. An answer that breaks off, as those of gigabytes do, is asked for again from where it ended, a few times
 * without a byte in between; that it is the same object is made sure by its tag.
 */
final class S3Input extends InputStream {
    private static final int REOPENED = 3;
    private static final String CANNOT = "cannot be read";

    private final S3Calls calls;
    private final S3Failures failures;
    private final String name;
    private @Nullable ResponseInputStream<GetObjectResponse> answer;
    private @Nullable String tag;
    private long position;
    private long end;
    private int failed;

    S3Input(S3Calls calls, S3Failures failures, String name, long offset) {
        this.calls = calls;
        this.failures = failures;
        this.name = name;
        this.position = offset;
        this.answer = open();
    }

    /** Null if nothing is left to read. */
    private @Nullable ResponseInputStream<GetObjectResponse> open() {
        return calls.call(name, CANNOT, () -> {
            try {
                ResponseInputStream<GetObjectResponse> opened = calls.s3().getObject(get -> {
                    get.bucket(calls.settings().bucket())
                            .key(calls.settings().key(name))
                            .ifMatch(tag);
                    if (position > 0) {
                        get.range("bytes=" + position + "-");
                    }
                });
                tag = opened.response().eTag();
                Long left = opened.response().contentLength();
                if (left == null) {
                    opened.abort();
                    throw failures.failure(Reason.UNFIT, name, "this store does not say how long an object is");
                }
                end = position + left;
                return opened;
            } catch (AwsServiceException refused) {
                if (refused.statusCode() == 416) {
                    return null;
                } else if (S3Failures.isTaken(refused)) {
                    throw failures.failure(
                            Reason.FAILED, name, "is another object than when reading it began", refused);
                }
                throw refused;
            }
        });
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        while (answer != null && position < end) {
            try {
                int read = answer.read(bytes, offset, length);
                if (read > 0) {
                    position += read;
                    failed = 0;
                    return read;
                }
                throw new IOException("the answer ended " + (end - position) + " bytes too early");
            } catch (IOException | RuntimeException broken) {
                reopen(broken);
            }
        }
        return -1;
    }

    private void reopen(Exception broken) {
        close();
        if (++failed > REOPENED) {
            throw failures.failure(
                    Reason.UNAVAILABLE,
                    name,
                    CANNOT + " any further than to byte " + position + " of " + end + ", as often as it was tried: "
                            + broken,
                    broken);
        }
        answer = open();
    }

    /** What is left of the answer is not read. */
    @Override
    public void close() {
        if (answer != null) {
            answer.abort();
            answer = null;
        }
    }
}
