package io.holdfast.backup.restore;

import io.holdfast.backup.container.ContainerReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The content of several containers, one behind the other; one of them is open at a time. */
final class PieceStream extends InputStream {
    private final Next pieces;
    private @Nullable ContainerReader open;

    /** Opens one after the other. */
    @FunctionalInterface
    interface Next {
        /** Null if there is no other; else the caller's to close. */
        @Nullable
        ContainerReader open() throws IOException;
    }

    PieceStream(Next pieces) {
        this.pieces = pieces;
    }

    /** Of those, and no others. */
    static PieceStream of(List<? extends ContainerOpening> pieces) {
        Iterator<? extends ContainerOpening> each = pieces.iterator();
        return new PieceStream(() -> each.hasNext() ? each.next().open() : null);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        while (true) {
            ContainerReader current = open;
            if (current == null) {
                current = pieces.open();
                open = current;
                if (current == null) {
                    return -1;
                }
            }
            int read = current.read(into, offset, length);
            if (read >= 0) {
                return read;
            }
            close();
        }
    }

    @Override
    public void close() throws IOException {
        ContainerReader current = open;
        open = null;
        if (current != null) {
            current.close();
        }
    }
}
