package io.holdfast.examples.store;

import java.io.IOException;

/** One connection to the store. For one thread. */
public interface OutsideStore extends AutoCloseable {
    /** How the address of a {@link FileStoreServer} begins; what follows is host:port. */
    String FILE = "file://";

    /**
     * What the store says to a write.
     *
     * @param accepted whether it was carried out
     * @param fence the largest token that the store has seen
     * @param counter how many writes it has carried out
     */
    record Answer(boolean accepted, long fence, long counter) {}

    /** Connects, within a few seconds, to what the address names: {@link #FILE} or {@code jdbc:postgresql:}. */
    static OutsideStore connect(String address) throws IOException {
        return address.startsWith(FILE)
                ? FileStore.connect(address.substring(FILE.length()))
                : PostgresStore.connect(address);
    }

    /**
     * Says "I am the one who does this, by this token", and adds one to the counter; nothing of that if a larger token has
     * been seen.
     *
     * @throws IOException if there is no answer: it may have been carried out or not
     */
    Answer write(String node, long token) throws IOException;

    @Override
    void close();
}
