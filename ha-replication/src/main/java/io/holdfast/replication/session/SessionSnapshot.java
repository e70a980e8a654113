package io.holdfast.replication.session;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link SessionTable} at one moment. Without it in a snapshot, a command that is sent again after a restart would be
 * applied again (Ongaro's thesis, 6.3).
 *
 * @param entries in the order of last activity
 */
public record SessionSnapshot(List<Entry> entries) {
    /** The format that {@link #writeTo} writes. */
    public static final int VERSION = 1;

    private static final int MAX_ANSWER_BYTES = 16 << 20;

    /** Makes the list its own. */
    public SessionSnapshot {
        entries = List.copyOf(entries);
    }

    /**
     * One session.
     *
     * @param last the number of its last command that was applied
     * @param answers those that are kept, the last one that of {@code last}
     */
    public record Entry(long id, long activeNanos, long last, List<Answer> answers) {
        /** Makes the list its own. */
        public Entry {
            answers = List.copyOf(answers);
        }
    }

    /** What became of one command. */
    public record Answer(Outcome outcome, byte[] bytes) {}

    /** Writes all of it. */
    public void writeTo(OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(entries.size());
        for (Entry entry : entries) {
            data.writeLong(entry.id());
            data.writeLong(entry.activeNanos());
            data.writeLong(entry.last());
            data.writeInt(entry.answers().size());
            for (Answer answer : entry.answers()) {
                data.writeByte(answer.outcome().code());
                data.writeInt(answer.bytes().length);
                data.write(answer.bytes());
            }
        }
        data.flush();
    }

    /** Reads what {@link #writeTo} wrote; nothing may be left over. */
    public static SessionSnapshot read(int version, InputStream in) throws IOException {
        if (version != VERSION) {
            throw new IOException("a session table in format " + version + ", and this release reads " + VERSION);
        }
        DataInputStream data = new DataInputStream(in);
        List<Entry> entries = new ArrayList<>();
        for (int left = count(data, "sessions", SessionTable.MAX_SESSIONS); left > 0; left--) {
            long id = data.readLong();
            long activeNanos = data.readLong();
            long last = data.readLong();
            int kept = count(data, "answers of session " + id, SessionTable.MAX_ANSWERS);
            if (kept > last) {
                throw new IOException("session " + id + " keeps " + kept + " answers to " + last + " commands");
            }
            List<Answer> answers = new ArrayList<>(kept);
            for (int i = 0; i < kept; i++) {
                answers.add(answer(data, id));
            }
            entries.add(new Entry(id, activeNanos, last, answers));
        }
        if (data.read() >= 0) {
            throw new IOException("bytes follow the last session");
        }
        return new SessionSnapshot(entries);
    }

    private static Answer answer(DataInputStream data, long id) throws IOException {
        int code = data.readUnsignedByte();
        Outcome outcome = Outcome.of(code);
        if (outcome != Outcome.APPLIED && outcome != Outcome.FAILED) {
            throw new IOException("an outcome of code " + code + " in session " + id);
        }
        int length = count(data, "bytes of an answer of session " + id, MAX_ANSWER_BYTES);
        byte[] bytes = data.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("an answer of session " + id + " is cut short");
        }
        return new Answer(outcome, bytes);
    }

    private static int count(DataInputStream data, String what, int most) throws IOException {
        int count = data.readInt();
        if (count < 0 || count > most) {
            throw new IOException(count + " " + what + ", where " + most + " are the most");
        }
        return count;
    }
}
