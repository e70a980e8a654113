package io.holdfast.examples.demo;

import io.holdfast.replication.OfflineLog;
import io.holdfast.replication.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** One node's disk, read offline and compared with the input and with what the client wrote down. */
final class NodeCheck {
    private final String node;
    private final LineIndex input;
    private final LedgerContents ledger;
    private final LineLedger state = new LineLedger();
    private final BitSet found = new BitSet();
    private long foreign;

    NodeCheck(String node, LineIndex input, LedgerContents ledger) {
        this.node = node;
        this.input = input;
        this.ledger = ledger;
    }

    /** Applies what the directory holds. */
    void replay(Path directory) throws IOException {
        OfflineLog.replay(directory, machine());
    }

    /** The machine that compares what is applied to it. */
    StateMachine machine() {
        return new Comparing();
    }

    /** The demonstration's machine, with a look at the input on the way. */
    private final class Comparing implements StateMachine {
        @Override
        public byte[] apply(Entry entry) {
            ByteBuffer command = entry.command().duplicate();
            byte[] answer = state.apply(entry);
            long number = command.getLong();
            if (input.matches(number, command)) {
                found.set((int) number);
            } else {
                foreign++;
            }
            return answer;
        }

        @Override
        public void restore(int version, InputStream in) throws IOException {
            state.restore(version, in);
            BitSet restored = state.numbers();
            if (restored.length() > input.lines() || !state.holdsExactly(restored, input::line)) {
                foreign++; // at least one
            }
            found.or(restored);
        }

        @Override
        public byte[] query(ByteBuffer request) {
            return state.query(request);
        }
    }

    /** Acknowledged lines that this disk does not hold. */
    long missing() {
        BitSet missing = (BitSet) ledger.acknowledged().clone();
        missing.andNot(found);
        return missing.cardinality();
    }

    /** Lines of the input that this disk holds. */
    long found() {
        return found.cardinality();
    }

    /** Lines that this disk holds and the client never sent. */
    private long unsent() {
        return found.length() > ledger.sent() ? found.length() - ledger.sent() : 0;
    }

    /** The checksum over all commands in order. */
    String checksum() {
        return state.checksum();
    }

    /** The table's row for it. */
    String row() {
        return VerdictTable.row(
                node,
                ledger.sent(),
                ledger.acknowledged().cardinality(),
                ledger.unknown().cardinality(),
                found(),
                missing(),
                state.doubled(),
                foreign,
                checksum());
    }

    /**
     * What is wrong; empty if nothing.
     *
     * @param mayLose true if the client did not wait for a majority, so that acknowledged lines may be missing
     * @param inOrder true if the client submitted each line once, so that they must have arrived in its order
     */
    List<String> problems(boolean inOrder, boolean mayLose) {
        List<String> problems = new ArrayList<>();
        complain(problems, mayLose ? 0 : missing(), "acknowledged lines are missing");
        complain(problems, state.doubled(), "lines are doubled");
        complain(problems, foreign, "records are not in the input");
        complain(problems, unsent(), "lines were never sent");
        if (inOrder) {
            complain(problems, state.late(), "lines are out of order");
        }
        long unacknowledged = found() - (ledger.acknowledged().cardinality() - missing());
        if (ledger.complete() && unacknowledged > ledger.unknown().cardinality()) {
            problems.add(node + ": " + unacknowledged + " lines are there without an acknowledgement, but only "
                    + ledger.unknown().cardinality() + " outcomes are unknown");
        }
        return problems;
    }

    /**
     * What is wrong with a disk that was left behind: it has to hold a true beginning.
     *
     * @param least how many lines were acknowledged when it was asked to leave: it has to hold so many
     */
    List<String> problemsOfBeginning(boolean inOrder, long least) {
        List<String> problems = new ArrayList<>();
        complain(problems, state.doubled(), "lines are doubled");
        complain(problems, foreign, "records are not in the input");
        complain(problems, unsent(), "lines were never sent");
        complain(problems, Math.max(0, least - found()), "lines are missing that were acknowledged before it left");
        if (inOrder) {
            complain(problems, state.late(), "lines are out of order");
            complain(problems, found.length() - found(), "lines are missing before its last one");
        }
        return problems;
    }

    private void complain(List<String> problems, long count, String what) {
        if (count > 0) {
            problems.add(node + ": " + count + " " + what);
        }
    }
}
