package io.holdfast.replication.locks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.replication.locks.LockAnswer.Status;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LockCommandTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final LockName ORDERS = new LockName(LockName.LOCK, "orders");
    private static final LockName POOL = new LockName(LockName.SEMAPHORE, "pool");

    private static Map<String, LockCommand> golden() {
        Map<String, LockCommand> golden = new LinkedHashMap<>();
        golden.put(
                "01" + "00000000000000010000000000000002" + "00000000b2d05e00" + "05" + "7765622d31",
                new LockCommand.Enlist(new UUID(1, 2), 3_000_000_000L, "web-1"));
        golden.put("02" + "0000000000000009", new LockCommand.Bury(9));
        golden.put("03" + "0000000000000009", new LockCommand.Renew(9));
        golden.put(
                "04" + "0000000000000009" + "0000000000000001" + "01" + "01" + "06" + "6f7264657273" + "00000001"
                        + "00000001",
                new LockCommand.Acquire(9, 1, true, ORDERS, 1, 1));
        golden.put(
                "04" + "0000000000000009" + "0000000000000002" + "00" + "02" + "04" + "706f6f6c" + "00000002"
                        + "00000005",
                new LockCommand.Acquire(9, 2, false, POOL, 2, 5));
        golden.put("05" + "0000000000000009" + "0000000000000001", new LockCommand.Release(9, 1));
        golden.put("06" + "0000000000000009", new LockCommand.Leave(9));
        return golden;
    }

    @Test
    void goldenCommands() {
        golden().forEach((hex, command) -> {
            assertEquals(hex, HEX.formatHex(command.encode()), command.toString());
            assertEquals(command, LockCommand.decode(ByteBuffer.wrap(HEX.parseHex(hex))));
        });
        assertEquals(
                LockCommand.class.getPermittedSubclasses().length,
                golden().values().stream().map(Object::getClass).distinct().count());
    }

    @Test
    void whatIsCutOrTooLongIsRefused() {
        golden().forEach((hex, command) -> {
            byte[] whole = HEX.parseHex(hex);
            for (int length = 0; length < whole.length; length++) {
                ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
                assertThrows(IllegalArgumentException.class, () -> LockCommand.decode(cut), command + " cut");
            }
            ByteBuffer longer = ByteBuffer.allocate(whole.length + 1).put(whole).rewind();
            assertThrows(IllegalArgumentException.class, () -> LockCommand.decode(longer));
        });
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        for (String hex : List.of(
                "00",
                "07" + "0000000000000009", // no such command
                "03" + "0000000000000000", // generation
                "03" + "ffffffffffffffff",
                "05" + "0000000000000009" + "0000000000000000", // request
                "01" + "00".repeat(16) + "0000000000000000" + "0141", // lease
                "01" + "00".repeat(16) + "7fffffffffffffff" + "0141",
                "04" + "0000000000000009" + "0000000000000001" + "02" + "01" + "0141" + "00000001"
                        + "00000001", // waits
                "04" + "0000000000000009" + "0000000000000001" + "01" + "03" + "0141" + "00000001" + "00000001", // kind
                "04" + "0000000000000009" + "0000000000000001" + "01" + "01" + "00" + "00000001" + "00000001", // name
                "04" + "0000000000000009" + "0000000000000001" + "01" + "01" + "0120" + "00000001" + "00000001",
                "04" + "0000000000000009" + "0000000000000001" + "01" + "01" + "01ff" + "00000001" + "00000001",
                "04" + "0000000000000009" + "0000000000000001" + "01" + "01" + "0141" + "00000001" + "00000002", // lock
                "04" + "0000000000000009" + "0000000000000001" + "01" + "02" + "0141" + "00000000" + "00000002",
                "04" + "0000000000000009" + "0000000000000001" + "01" + "02" + "0141" + "00000003" + "00000002",
                "04" + "0000000000000009" + "0000000000000001" + "01" + "02" + "0141" + "00000003" + "7fffffff")) {
            ByteBuffer bytes = ByteBuffer.wrap(HEX.parseHex(hex));
            assertThrows(IllegalArgumentException.class, () -> LockCommand.decode(bytes), hex);
        }
    }

    @Test
    void randomBytesDoNoMoreThanBeRefused() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = (byte) random.nextInt(8);
            }
            LockTable table = new LockTable();
            long before = table.hash();
            try {
                table.apply(1, 1, ByteBuffer.wrap(bytes));
            } catch (IllegalArgumentException e) {
                assertEquals(before, table.hash());
            }
        }
    }

    @Test
    void goldenAnswers() {
        assertEquals("00" + "0000000000000000", HEX.formatHex(new LockAnswer(Status.NOT_ENLISTED, 0).encode()));
        assertEquals("01" + "0000000000000007", HEX.formatHex(new LockAnswer(Status.DONE, 7).encode()));
        assertEquals("02" + "0000000000000009", HEX.formatHex(new LockAnswer(Status.GRANTED, 9).encode()));
        assertEquals("03" + "0000000000000000", HEX.formatHex(new LockAnswer(Status.WAITING, 0).encode()));
        assertEquals("04" + "0000000000000000", HEX.formatHex(new LockAnswer(Status.BUSY, 0).encode()));
        assertEquals("05" + "0000000000000003", HEX.formatHex(new LockAnswer(Status.OTHER_LIMIT, 3).encode()));
        assertEquals("06" + "0000000000000002", HEX.formatHex(new LockAnswer(Status.FULL, LockTable.LOCKS).encode()));
        for (Status status : Status.values()) {
            LockAnswer answer = new LockAnswer(status, 5);
            assertEquals(answer, LockAnswer.decode(answer.encode()));
        }
        assertThrows(IllegalStateException.class, () -> LockAnswer.decode(new byte[8]));
        assertThrows(IllegalStateException.class, () -> LockAnswer.decode(new byte[] {7, 0, 0, 0, 0, 0, 0, 0, 0}));
    }

    @Test
    void goldenQuestionAndPage() {
        LockQuestion question = new LockQuestion(9, 17, 1_000);
        assertEquals("0000000000000009" + "0000000000000011" + "000003e8", HEX.formatHex(question.encode()));
        assertEquals(question, LockQuestion.decode(question.encode()));
        assertThrows(IllegalArgumentException.class, () -> LockQuestion.decode(new byte[20]));
        assertThrows(IllegalArgumentException.class, () -> LockQuestion.decode(new byte[19]));

        LockPage page = new LockPage(true, 20, List.of(new LockPage.Granted(3, 19)));
        byte[] bytes = HEX.parseHex("01" + "0000000000000014" + "00000001" + "0000000000000003" + "0000000000000013");
        assertArrayEquals(bytes, page.encode());
        assertEquals(page, LockPage.decode(bytes));
        bytes[12] = 2; // more than there are
        assertThrows(IllegalStateException.class, () -> LockPage.decode(bytes));
        assertThrows(IllegalStateException.class, () -> LockPage.decode(new byte[] {1, 2}));
    }
}
