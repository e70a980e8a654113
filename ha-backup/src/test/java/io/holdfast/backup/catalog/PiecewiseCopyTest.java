package io.holdfast.backup.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.ResumablePut;
import io.holdfast.backup.catalog.Manifest.StoredObject;
import io.holdfast.backup.crypto.Hkdf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PiecewiseCopyTest {
    private static final byte[] CONTENT = new byte[25];

    private final List<String> calls = new ArrayList<>();
    private final List<ResumablePut.Piece> kept = new ArrayList<>();
    private int unprepared = 3;

    private static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(Hkdf.sha256().digest(bytes));
    }

    private final ResumablePut put = new ResumablePut() {
        @Override
        public long pieceBytes() {
            return 10;
        }

        @Override
        public List<Piece> kept() {
            return List.copyOf(kept);
        }

        @Override
        public void put(Content piece) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            piece.writeTo(bytes);
            calls.add("put " + bytes.size());
        }

        @Override
        public long prepare() {
            calls.add("prepare");
            return --unprepared;
        }

        @Override
        public boolean publish() {
            calls.add("publish");
            return true;
        }

        @Override
        public void discard() {
            calls.add("discard");
        }

        @Override
        public void close() {}
    };

    private boolean copy(byte[] named) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(CONTENT);
        return new PiecewiseCopy(
                        new StoredObject("data/x", CONTENT.length, CONTENT.length, hash(named)),
                        put,
                        (into, most) -> in.read(into, 0, most),
                        () -> calls.add("goes on"))
                .copy("a layer");
    }

    /** A large one takes long to be read again: signs of life go on meanwhile, and no call of the layer takes as long. */
    @Test
    void whatPublishingTakesIsDoneInSteps() throws IOException {
        kept.add(new ResumablePut.Piece(10, hash(new byte[10])));
        assertTrue(copy(CONTENT));
        assertEquals(
                List.of("put 10", "put 5", "prepare", "goes on", "prepare", "goes on", "prepare", "publish"), calls);
    }

    @Test
    void whatIsNotWhatTheManifestSaysIsNotPrepared() {
        assertThrows(PiecewiseCopy.DifferentException.class, () -> copy(new byte[24]));
        assertEquals(List.of("put 10", "put 10", "put 5", "discard"), calls);
    }

    @Test
    void whatAnEarlierAttemptHasLeftOfSomethingElseIsThrownAway() {
        kept.add(new ResumablePut.Piece(10, hash(new byte[9])));
        assertThrows(IllegalStateException.class, () -> copy(CONTENT));
        assertEquals(List.of("discard"), calls);
    }
}
