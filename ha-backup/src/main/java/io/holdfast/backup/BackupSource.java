package io.holdfast.backup;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What is backed up: the replicated state, a directory, a database, what a command writes. One source is asked for one backup after
 * the other, never for two at once; but for one whose layer hangs in the midst of a write, and which another layer gets anew: the first is ended as
 * soon as that write returns.
 */
public interface BackupSource {
    /** Its name in the catalogue, in metrics and on command lines: 1 to 40 of {@code a-z 0-9 -}, beginning with a letter. */
    String name();

    /** What its backups hold. */
    BackupKind kind();

    /**
     * Gets ready what is to be written. Must not block: what takes long is done by the stage, or by {@link Prepared#writeTo}.
     *
     * @param limit how long that may take
     * @return the caller's to close; fails with an exception that says why there can be no backup now
     */
    CompletionStage<? extends Prepared> prepare(Duration limit);

    /** A backup that can be written, once. */
    interface Prepared extends AutoCloseable {
        /**
         * Writes all of it, on a thread that may block. What it throws ends the backup, of which nothing is left; an interrupt does
         * so, too, and has to be heeded.
         */
        Outcome writeTo(Parts parts) throws IOException, InterruptedException;

        /** Lets go of whatever was got ready. Idempotent; also called if nothing was written. */
        @Override
        void close();
    }

    /** Where a source writes: each part becomes a container of its own, compressed and sealed. */
    interface Parts {
        /**
         * Writes one part.
         *
         * @param part its name within the backup, as of {@link BackupRepository#checkName}
         * @param compressed false if its content is compressed already
         * @param content writes it, in pieces of any size, and must let pass what it is thrown
         */
        void put(String part, boolean compressed, BackupRepository.Content content) throws IOException;

        /**
         * To be called now and then, once a minute or more often, by a source that has nothing to write for long.
         *
         * @throws IOException if going on is of no use: somebody else has taken over
         */
        void alive() throws IOException;
    }

    /**
     * What has been written.
     *
     * @param range which part of the log it stands for; empty if it has to do with none
     * @param facts about it, for the catalogue: such as the version of a database and its position in its own log. Names as
     *     {@link #name()}, and no secrets: whoever may list backups reads them
     * @param remarks what an operator should know of, such as files that changed while they were read; each is logged, and is in the
     *     catalogue. At most a thousand are kept
     */
    record Outcome(Optional<LogRange> range, Map<String, String> facts, List<String> remarks) {
        /** Copies what it is given. */
        public Outcome {
            facts = Map.copyOf(facts);
            remarks = List.copyOf(remarks);
        }
    }
}
