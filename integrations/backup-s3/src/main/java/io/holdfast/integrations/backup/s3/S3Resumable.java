package io.holdfast.integrations.backup.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.ResumablePut;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.Part;

/**
 * A large object whose parts outlast an attempt. They are listed in the bucket; a part counts once it is in the list, and the store still says the
 * same of it. The list is written before the next part, and of more than a hundred for each hundredth of them, since it is written as a whole. Two processes that take each other for dead go on with one upload: they send the same bytes, and the one that completes it second
 * finds it gone, or the object there.
 */
final class S3Resumable implements ResumablePut {
    private static final Logger LOG = LoggerFactory.getLogger(S3Resumable.class);
    private static final int MOST_WRITES = 100;

    private final S3Calls calls;
    private final S3Probe probe;
    private final String name;
    private final String listKey;
    private final int partBytes;
    private final Runnable leave;
    private @Nullable UnfinishedUpload upload;
    private byte[] buffer = new byte[0];
    private boolean broken;
    private int listed;
    /** True if the store takes the object and no list of its parts: then nobody can go on with it. */
    private boolean unlisted;

    private S3Resumable(
            S3Calls calls,
            S3Probe probe,
            String name,
            String listKey,
            @Nullable UnfinishedUpload upload,
            Runnable leave) {
        this.calls = calls;
        this.probe = probe;
        this.name = name;
        this.listKey = listKey;
        this.upload = upload;
        // Some stores want all parts to be of the same size; what was set may have changed since.
        this.partBytes = upload == null || upload.parts().isEmpty()
                ? calls.settings().partBytes()
                : (int) upload.parts().get(0).piece().bytes();
        this.leave = leave;
        this.listed = upload == null ? 0 : upload.parts().size();
    }

    /**
     * With what is there of it.
     *
     * @param leave when this attempt ends
     */
    static S3Resumable open(S3Calls calls, S3Probe probe, String name, String content, Runnable leave) {
        String key = calls.settings().key(name);
        String listKey = calls.settings().key(UnfinishedUpload.LISTS + digest(name + "\n" + content));
        UnfinishedUpload found = read(calls, name, listKey)
                .filter(listed -> listed.key().equals(key))
                .flatMap(listed -> known(calls, name, listed))
                .orElse(null);
        S3Resumable put = new S3Resumable(calls, probe, name, listKey, found, leave);
        if (found != null) {
            put.write(found); // it may be days old, and would be collected while what has come is compared
        }
        return put;
    }

    static Optional<UnfinishedUpload> read(S3Calls calls, String name, String listKey) {
        return calls.small(name, listKey, UnfinishedUpload.MOST_BYTES).flatMap(UnfinishedUpload::decode);
    }

    /**
     * As far as the store has it; empty if it has it no longer, as where the bucket has a rule that ends uploads, which some stores tell by
     * showing no parts.
     */
    private static Optional<UnfinishedUpload> known(S3Calls calls, String name, UnfinishedUpload listed) {
        boolean fits = !listed.parts().isEmpty()
                && listed.parts().get(0).piece().bytes() <= calls.settings().partBytes();
        if (!fits) {
            return Optional.empty(); // another node's parts would take more memory than is meant for it here
        }
        Map<Integer, Part> there = calls.parts(name, listed.key(), listed.id());
        int count = 0;
        while (count < listed.parts().size() && isThere(listed.parts().get(count), there.get(count + 1))) {
            count++;
        }
        if (count == 0) {
            LOG.info(
                    "{}: {} is begun anew, since the store has none of the parts that were left",
                    calls.settings().describe(),
                    name);
            return Optional.empty();
        }
        return Optional.of(listed.first(count));
    }

    private static boolean isThere(UnfinishedUpload.Part listed, @Nullable Part there) {
        return there != null
                && listed.tag()
                        .replace("\"", "")
                        .equals(String.valueOf(there.eTag()).replace("\"", ""))
                && Objects.equals(listed.piece().bytes(), there.size());
    }

    @Override
    public long pieceBytes() {
        return partBytes;
    }

    @Override
    public List<Piece> kept() {
        UnfinishedUpload known = upload;
        return known == null
                ? List.of()
                : known.parts().stream().map(UnfinishedUpload.Part::piece).toList();
    }

    @Override
    public void put(Content piece) throws IOException {
        requireWhole();
        broken = true;
        // Not together with the part: each call of a store may take its time.
        if (upload != null && upload.parts().size() - listed > upload.parts().size() / MOST_WRITES) {
            write(upload);
        }
        Output out = new Output();
        piece.writeTo(out);
        if (out.filled == 0) {
            throw new IllegalArgumentException("a piece without a byte");
        }
        UnfinishedUpload at = upload == null ? begin() : upload;
        CompletedPart sent = calls.part(name, at.key(), at.id(), at.parts().size() + 1, buffer, out.filled);
        upload = at.with(new UnfinishedUpload.Part(new Piece(out.filled, out.sha256()), sent.eTag()));
        broken = false;
    }

    private UnfinishedUpload begin() {
        probe.checkPut(name);
        probe.checkComplete(name);
        String key = calls.settings().key(name);
        String mark = UUID.randomUUID().toString();
        UnfinishedUpload begun = new UnfinishedUpload(key, calls.begin(name, key, mark), mark, List.of());
        upload = begun;
        write(begun); // first: what is listed is not collected while it is sent
        return begun;
    }

    /** Where the bucket does not let lists be, the object is stored all the same. */
    private void write(UnfinishedUpload next) {
        if (!unlisted) {
            try {
                calls.replace(name, listKey, next.encode());
            } catch (BackupRepositoryException refused) {
                if (refused.reason() != Reason.REFUSED && refused.reason() != Reason.UNFIT) {
                    throw refused;
                }
                unlisted = true;
                LOG.warn("should the copy break off, it is begun anew: {}", refused.getMessage());
            }
        }
        listed = next.parts().size();
    }

    private void requireWhole() {
        if (broken) {
            throw new IllegalStateException("it has failed before");
        }
    }

    @Override
    public boolean publish() {
        requireWhole();
        UnfinishedUpload whole = upload;
        if (whole == null || whole.parts().isEmpty()) {
            throw new IllegalStateException("no piece is there");
        }
        broken = true;
        List<CompletedPart> parts = IntStream.range(0, whole.parts().size())
                .mapToObj(i -> CompletedPart.builder()
                        .partNumber(i + 1)
                        .eTag(whole.parts().get(i).tag())
                        .build())
                .toList();
        boolean stored = calls.complete(name, whole.key(), whole.mark(), whole.id(), parts);
        remove(!stored);
        return stored;
    }

    @Override
    public void discard() {
        broken = true;
        remove(true);
    }

    /** The list last: without it the upload would be collected, but a while later. */
    private void remove(boolean withParts) {
        UnfinishedUpload known = upload;
        upload = null;
        if (known == null) {
            return;
        }
        uninterrupted(
                () -> {
                    if (withParts) {
                        calls.abort(name, known.key(), known.id());
                    }
                    if (!unlisted) {
                        calls.delete(name, listKey);
                    }
                },
                "what is left of it could not be removed, and will be collected later");
    }

    /** An interrupt is about the put and not about what is left of it. */
    private static void uninterrupted(Runnable calls, String otherwise) {
        boolean interrupted = Thread.interrupted();
        try {
            calls.run();
        } catch (BackupRepositoryException failed) {
            LOG.warn("{}: {}", otherwise, failed.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        try {
            UnfinishedUpload known = upload;
            if (known != null && known.parts().size() > listed) {
                uninterrupted(() -> write(known), "some parts will be sent again, since they could not be listed");
            }
        } finally {
            leave.run();
        }
    }

    private static String digest(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException("every Java has SHA-256", never);
        }
    }

    /** One part, in memory. */
    private final class Output extends OutputStream {
        private final MessageDigest digest = S3Resumable.sha256();
        private int filled;

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (length > partBytes - filled) {
                throw new IllegalArgumentException("a piece of more than " + partBytes + " bytes");
            }
            if (length > buffer.length - filled) {
                long wanted = Math.max(2L * buffer.length, (long) filled + length);
                buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, partBytes));
            }
            System.arraycopy(bytes, offset, buffer, filled, length);
            digest.update(bytes, offset, length);
            filled += length;
        }

        String sha256() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
