package io.holdfast.replication.node;

import io.holdfast.replication.client.PendingWrite;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Session;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch's commands for the user's machine, then its answers, in columns that are used again. Belongs to the loop, to the
 * machine's thread, and to the loop again.
 */
final class MachineWork {
    private int size;
    private long[] ids = new long[16];
    private @Nullable Session[] sessions = new Session[16];
    private long[] sequences = new long[16];
    private long[] indexes = new long[16];
    private int[] offsets = new int[16];
    private int[] lengths = new int[16];
    private @Nullable Outcome[] outcomes = new Outcome[16];
    private byte[] @Nullable [] answers = new byte[16][];
    private @Nullable PendingWrite[] callers = new PendingWrite[16];

    void add(
            long id,
            Session session,
            long sequence,
            long index,
            int offset,
            int length,
            @Nullable PendingWrite caller) {
        if (size == ids.length) {
            grow(2 * size);
        }
        ids[size] = id;
        sessions[size] = session;
        sequences[size] = sequence;
        indexes[size] = index;
        offsets[size] = offset;
        lengths[size] = length;
        callers[size] = caller;
        size++;
    }

    private void grow(int to) {
        ids = Arrays.copyOf(ids, to);
        sessions = Arrays.copyOf(sessions, to);
        sequences = Arrays.copyOf(sequences, to);
        indexes = Arrays.copyOf(indexes, to);
        offsets = Arrays.copyOf(offsets, to);
        lengths = Arrays.copyOf(lengths, to);
        outcomes = Arrays.copyOf(outcomes, to);
        answers = Arrays.copyOf(answers, to);
        callers = Arrays.copyOf(callers, to);
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long id(int i) {
        return ids[i];
    }

    Session session(int i) {
        return Objects.requireNonNull(sessions[i]);
    }

    long sequence(int i) {
        return sequences[i];
    }

    long index(int i) {
        return indexes[i];
    }

    /** Where in the batch's buffer the command begins. */
    int offset(int i) {
        return offsets[i];
    }

    int length(int i) {
        return lengths[i];
    }

    void answer(int i, Outcome outcome, byte[] answer) {
        outcomes[i] = outcome;
        answers[i] = answer;
    }

    Outcome outcome(int i) {
        return Objects.requireNonNull(outcomes[i]);
    }

    byte[] answer(int i) {
        return Objects.requireNonNull(answers[i]);
    }

    /** Who waits for it in this process, if anybody does. */
    @Nullable
    PendingWrite caller(int i) {
        return callers[i];
    }

    /** True if each command was applied, and has somebody in this process who waited for it and has been told. */
    boolean allAreTold() {
        for (int i = 0; i < size; i++) {
            if (callers[i] == null || outcomes[i] != Outcome.APPLIED) {
                return false;
            }
        }
        return true;
    }

    /** Keeps nothing of it but the room. */
    void clear() {
        Arrays.fill(sessions, 0, size, null);
        Arrays.fill(outcomes, 0, size, null);
        Arrays.fill(answers, 0, size, null);
        Arrays.fill(callers, 0, size, null);
        size = 0;
    }
}
