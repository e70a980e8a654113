package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateMachine.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the verdict is not good whatever happens: each kind of loss is named. */
class NodeCheckTest {
    private final LineLedger expected = new LineLedger();
    private final LineIndex input;

    NodeCheckTest(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("input");
        Files.writeString(file, "zero\none\n\nthree");
        input = LineIndex.read(file, expected);
    }

    private NodeCheck check(int acknowledged, int... unknown) {
        BitSet acked = new BitSet();
        acked.set(0, acknowledged);
        BitSet lost = new BitSet();
        for (int number : unknown) {
            lost.set(number);
        }
        return new NodeCheck("node-1", input, new LedgerContents(4, true, acked, lost, new BitSet()));
    }

    private static void apply(NodeCheck check, int number, String line) {
        StateMachine machine = check.machine();
        byte[] command = LineLedger.command(number, line.getBytes(StandardCharsets.UTF_8));
        machine.apply(new Entry(1, 1, 0, ByteBuffer.wrap(command)));
    }

    @Test
    void allLinesOnceAndInOrderIsGood() {
        NodeCheck check = check(4);
        List<String> lines = List.of("zero", "one", "", "three");
        for (int i = 0; i < lines.size(); i++) {
            apply(check, i, lines.get(i));
        }
        assertEquals(List.of(), check.problems(true, false));
        assertEquals(expected.checksum(), check.checksum());
        assertEquals(4, check.found());
    }

    @Test
    void anUnknownLineMayBeThereOrNot() {
        NodeCheck without = check(3, 3);
        NodeCheck with = check(3, 3);
        for (NodeCheck check : List.of(without, with)) {
            apply(check, 0, "zero");
            apply(check, 1, "one");
            apply(check, 2, "");
        }
        apply(with, 3, "three");
        assertEquals(List.of(), without.problems(true, false));
        assertEquals(List.of(), with.problems(true, false));
        assertNotEquals(with.checksum(), without.checksum());
    }

    @Test
    void whatIsWrongIsNamed() {
        NodeCheck check = check(4);
        apply(check, 1, "one");
        apply(check, 0, "zero");
        apply(check, 0, "zero");
        apply(check, 3, "thre");
        apply(check, 9, "");
        assertEquals(
                List.of(
                        "node-1: 2 acknowledged lines are missing",
                        "node-1: 1 lines are doubled",
                        "node-1: 2 records are not in the input",
                        "node-1: 1 lines are out of order"),
                check.problems(true, false));
        assertTrue(check.problems(false, false).stream().noneMatch(problem -> problem.contains("order")));
    }

    @Test
    void aLineThatNobodyAcknowledgedAndNobodyMissesIsWrongToo() {
        NodeCheck check = check(0);
        apply(check, 0, "zero");
        assertEquals(
                List.of("node-1: 1 lines are there without an acknowledgement, but only 0 outcomes are unknown"),
                check.problems(true, false));
    }
}
