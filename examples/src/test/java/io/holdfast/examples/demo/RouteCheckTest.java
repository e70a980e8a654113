package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.replication.StateMachine.Entry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteCheckTest {
    private final RouteBook book = new RouteBook();
    private long index;

    private static BitSet numbers(int... numbers) {
        BitSet set = new BitSet();
        for (int number : numbers) {
            set.set(number);
        }
        return set;
    }

    /** Six were sent: three acknowledged, one refused, two unknown. */
    private static LedgerContents ledger() {
        return new LedgerContents(6, true, numbers(0, 1, 2), numbers(4, 5), numbers(3));
    }

    private void apply(byte[] command) {
        book.apply(new Entry(++index, 1, 0, ByteBuffer.wrap(command)));
    }

    private static byte[] text(RouteCall call, int number) {
        return call.text(number).getBytes(StandardCharsets.UTF_8);
    }

    private void put(int number) {
        apply(RouteBook.put(number, text(RouteCall.PUT, number)));
    }

    private void append(int... numbers) {
        for (int number : numbers) {
            apply(RouteBook.append(number, text(RouteCall.APPEND, number)));
        }
    }

    private List<String> problems(RouteCall call) {
        LineLedger state = call == RouteCall.PUT ? book.orders() : book.journal();
        return RouteCheck.of("node-1", call, state, ledger()).problems();
    }

    @Test
    void unknownOnesMayBeThere() {
        append(1, 0, 5, 2);
        assertEquals(List.of(), problems(RouteCall.APPEND));
    }

    @Test
    void whatWasAcknowledgedHasToBeThere() {
        append(0, 2);
        assertEquals(List.of("node-1  appends: 1 were acknowledged and are missing"), problems(RouteCall.APPEND));
    }

    @Test
    void ofANodeThatLeftEarlyOnlyABeginningHasToBeThere() {
        append(0);
        RouteCheck whole = RouteCheck.of("node-4", RouteCall.APPEND, book.journal(), ledger());
        assertEquals(List.of("node-4  appends: 2 were acknowledged and are missing"), whole.problems());
        assertEquals(List.of(), whole.ofBeginning().problems());
        append(0, 3);
        assertEquals(
                List.of("node-4  appends: 1 were refused and are there", "node-4  appends: 1 are there again"),
                RouteCheck.of("node-4", RouteCall.APPEND, book.journal(), ledger())
                        .ofBeginning()
                        .problems());
    }

    @Test
    void whatWasRefusedMayNotBeThere() {
        append(0, 1, 2, 3);
        assertEquals(List.of("node-1  appends: 1 were refused and are there"), problems(RouteCall.APPEND));
    }

    @Test
    void anEntryMayNotBeThereAgainAndAnOrderMayBePutAgain() {
        append(0, 1, 2, 1);
        assertEquals(List.of("node-1  appends: 1 are there again"), problems(RouteCall.APPEND));
        put(0);
        put(1);
        put(2);
        put(1);
        assertEquals(List.of(), problems(RouteCall.PUT));
    }

    @Test
    void whatNobodySentIsFound() {
        append(0, 1, 2, 6);
        assertEquals(List.of("node-1  appends: 1 are there that nobody sent"), problems(RouteCall.APPEND));
    }

    @Test
    void anotherTextIsFound() {
        append(0, 1);
        apply(RouteBook.append(2, text(RouteCall.APPEND, 3)));
        assertEquals(List.of("node-1  appends: 1 are there that nobody sent"), problems(RouteCall.APPEND));
    }

    @Test
    void aSnapshotHoldsAllOfIt() throws IOException {
        put(0);
        put(7);
        put(7);
        append(3);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        book.snapshot().writeTo(out);
        RouteBook restored = new RouteBook();
        restored.restore(book.snapshot().version(), new ByteArrayInputStream(out.toByteArray()));
        assertEquals(book.orders().checksum(), restored.orders().checksum());
        assertEquals(book.journal().checksum(), restored.journal().checksum());
        assertEquals(1, restored.orders().doubled());
        assertEquals(numbers(3), restored.journal().numbers());
        assertEquals("order 7", read(restored, 7));
        assertEquals("", read(restored, 1));
    }

    private static String read(RouteBook book, int number) {
        return new String(book.query(ByteBuffer.wrap(RouteBook.question(number))), StandardCharsets.UTF_8);
    }
}
