package io.holdfast.replication.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.locks.LockAnswer.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class LockTableTest {
    private static final long LEASE = 1_000;
    private static final LockName ORDERS = new LockName(LockName.LOCK, "orders");
    private static final LockName POOL = new LockName(LockName.SEMAPHORE, "pool");

    private LockTable table = new LockTable();
    private final List<Long> told = new ArrayList<>();
    private long index = 10;
    private long now = 1;

    LockTableTest() {
        table.tell(told::add);
    }

    private LockAnswer say(LockCommand command) {
        index++;
        table.passTime(index, now);
        LockAnswer answer = LockAnswer.decode(table.apply(index, now, ByteBuffer.wrap(command.encode())));
        checkHash();
        return answer;
    }

    /** The sum that is kept is that of what is there, and a table that is read back is the same. */
    private void checkHash() {
        LockTable copy = copy(table);
        assertEquals(copy.hash(), table.hash());
        assertEquals(HexFormat.of().formatHex(copy.snapshot()), HexFormat.of().formatHex(table.snapshot()));
    }

    private static LockTable copy(LockTable of) {
        LockTable copy = new LockTable();
        try {
            copy.restore(LockSnapshot.VERSION, new ByteArrayInputStream(of.snapshot()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return copy;
    }

    private long enlist(long process) {
        LockAnswer answer = say(new LockCommand.Enlist(new UUID(0, process), LEASE, "p" + process));
        assertEquals(Status.DONE, answer.status());
        return answer.value();
    }

    private LockAnswer lock(long generation, long request) {
        return say(new LockCommand.Acquire(generation, request, true, ORDERS, 1, 1));
    }

    private LockAnswer permits(long generation, long request, int permits) {
        return say(new LockCommand.Acquire(generation, request, true, POOL, permits, 5));
    }

    private void release(long generation, long request) {
        assertEquals(
                Status.DONE, say(new LockCommand.Release(generation, request)).status());
    }

    /** What it has been granted, as "request=token"; "dead" if its lease has ended. */
    private String granted(long generation, long after) {
        byte[] bytes = table.page(new LockQuestion(generation, after, 0), index);
        if (bytes == null) {
            return "";
        }
        LockPage page = LockPage.decode(bytes);
        assertEquals(index, page.index());
        StringBuilder text = new StringBuilder(page.lives() ? "" : "dead");
        page.grants().forEach(grant -> text.append(grant.request()).append('=').append(grant.token()));
        return text.toString();
    }

    private void pass(long nanos) {
        now += nanos;
        index++;
        table.passTime(index, now);
        checkHash();
    }

    @Test
    void oneHasItAndTheOthersGetItInTheOrderInWhichTheyCame() {
        long a = enlist(1);
        long b = enlist(2);
        LockAnswer first = lock(a, 1);
        assertEquals(new LockAnswer(Status.GRANTED, index), first);
        assertEquals(Status.WAITING, lock(b, 1).status());
        assertEquals(Status.WAITING, lock(a, 2).status());
        assertEquals(List.of(), told);
        release(a, 1);
        assertEquals(List.of(b), told, "the next one, and nobody else");
        assertEquals("1=" + index, granted(b, 0));
        assertEquals("", granted(b, index), "that is known");
        assertEquals("", granted(a, 0));
        release(b, 1);
        assertEquals("2=" + index, granted(a, 0));
        release(a, 2);
        assertEquals(0, table.size(), "nothing is remembered of a lock that nobody holds");
        assertEquals(List.of(b, a), told);
    }

    @Test
    void tokensRiseForEver() throws IOException {
        long a = enlist(1);
        long last = 0;
        for (int i = 1; i < 20; i++) {
            long token = lock(a, i).value();
            assertTrue(token > last, token + " after " + last);
            last = token;
            release(a, i);
            if (i % 5 == 0) {
                table = copy(table);
            }
        }
    }

    /** Several may be granted by one entry, and each is larger than those before it. */
    @Test
    void tokensOfOneEntryDiffer() {
        long a = enlist(1);
        long b = enlist(2);
        permits(a, 1, 5);
        permits(b, 1, 2);
        permits(b, 2, 2);
        release(a, 1);
        assertEquals("1=" + index + "2=" + (index + 1), granted(b, 0));
        release(b, 1);
        long next = lock(a, 2).value();
        assertEquals(index, next, "the index has passed them by then");
    }

    @Test
    void whoDoesNotWaitIsTurnedAway() {
        long a = enlist(1);
        long b = enlist(2);
        assertEquals(
                Status.GRANTED,
                say(new LockCommand.Acquire(a, 1, false, ORDERS, 1, 1)).status());
        assertEquals(
                Status.BUSY,
                say(new LockCommand.Acquire(b, 1, false, ORDERS, 1, 1)).status());
        release(a, 1);
        assertEquals(List.of(), told);
        assertEquals(0, table.size());
    }

    @Test
    void sayingItAgainChangesNothing() {
        long a = enlist(1);
        long b = enlist(2);
        LockAnswer granted = lock(a, 1);
        lock(b, 7);
        long hash = table.hash();
        assertEquals(granted, lock(a, 1));
        assertEquals(Status.WAITING, lock(b, 7).status());
        assertEquals(hash, table.hash());
        release(a, 1);
        hash = table.hash();
        release(a, 1);
        release(a, 99);
        assertEquals(hash, table.hash());
        assertEquals(Status.GRANTED, lock(b, 7).status());
    }

    @Test
    void whoGivesUpLeavesTheQueue() {
        long a = enlist(1);
        long b = enlist(2);
        long c = enlist(3);
        lock(a, 1);
        lock(b, 1);
        lock(c, 1);
        release(b, 1);
        release(a, 1);
        assertEquals("", granted(b, 0));
        assertEquals("1=" + index, granted(c, 0));
    }

    @Test
    void aDeadProcessHoldsNothingAndWaitsForNothing() {
        long a = enlist(1);
        long b = enlist(2);
        long c = enlist(3);
        lock(a, 1);
        lock(a, 2);
        lock(b, 1);
        lock(c, 1);
        pass(LEASE);
        say(new LockCommand.Renew(c));
        pass(LEASE / 4 - 2);
        assertEquals("", granted(c, 0));
        assertTrue(told.isEmpty());
        pass(2);
        assertEquals("1=" + index, granted(c, 0), "neither its own next call nor that of another dead one");
        assertEquals("dead", granted(a, 0));
        assertEquals(List.of(c, a, b), told);
        for (LockCommand late : List.of(
                new LockCommand.Renew(a),
                new LockCommand.Release(a, 1),
                new LockCommand.Bury(a),
                new LockCommand.Acquire(a, 3, true, ORDERS, 1, 1))) {
            assertEquals(Status.NOT_ENLISTED, say(late).status(), late.toString());
        }
    }

    @Test
    void whoLivesIsNotTakenForDead() {
        long a = enlist(1);
        lock(a, 1);
        for (int i = 0; i < 50; i++) {
            pass(LEASE);
            assertEquals(Status.DONE, say(new LockCommand.Renew(a)).status());
        }
        assertEquals(Status.GRANTED, lock(a, 1).status());
    }

    @Test
    void whoLeavesGivesEverythingBack() {
        long a = enlist(1);
        long b = enlist(2);
        lock(a, 1);
        permits(a, 2, 5);
        lock(b, 1);
        permits(b, 2, 1);
        assertEquals(Status.DONE, say(new LockCommand.Leave(a)).status());
        assertEquals("1=" + index + "2=" + (index + 1), granted(b, 0));
        assertEquals(Status.DONE, say(new LockCommand.Leave(a)).status());
    }

    /** A process that begins anew on the disk of another one knows that it is dead, but is not believed before it has a number. */
    @Test
    void earlierOnesOfTheSameIdentityAreBuried() {
        long a = enlist(1);
        long other = enlist(2);
        lock(a, 1);
        lock(other, 1);
        long again = enlist(1);
        lock(again, 1);
        assertEquals("1=" + (other + 1), granted(a, 0), "it lives until then");
        long late = enlist(1); // a delayed command of the one that is dead
        say(new LockCommand.Bury(again));
        assertEquals("dead", granted(a, 0));
        assertEquals("1=" + index, granted(other, 0));
        assertEquals("", granted(late, 0), "one that came later lives");
        assertEquals("", granted(again, 0));
    }

    @Test
    void permitsAreFewAndNobodyIsOvertaken() {
        long a = enlist(1);
        long b = enlist(2);
        permits(a, 1, 3);
        assertEquals(Status.WAITING, permits(b, 1, 4).status());
        assertEquals(Status.WAITING, permits(a, 2, 1).status(), "two are free, and one is before it");
        assertEquals(
                Status.BUSY,
                say(new LockCommand.Acquire(a, 3, false, POOL, 1, 5)).status());
        release(a, 1);
        assertEquals("1=" + index, granted(b, 0));
        assertEquals("2=" + (index + 1), granted(a, 0), "what is left");
        release(b, 1);
        release(a, 2);
        assertEquals(0, table.size());
    }

    /** Who was before them wanted more, and has gone: now they can have what was free all along. */
    @Test
    void whoGivesUpLetsTheOthersPass() {
        long a = enlist(1);
        long b = enlist(2);
        permits(a, 1, 3);
        permits(b, 1, 4);
        permits(a, 2, 1);
        release(b, 1);
        assertEquals("1=" + (index - 3) + "2=" + index, granted(a, 0));
    }

    @Test
    void theNumberOfPermitsIsTheFirstOnesWhileItIsUsed() {
        long a = enlist(1);
        permits(a, 1, 3);
        assertEquals(new LockAnswer(Status.OTHER_LIMIT, 5), say(new LockCommand.Acquire(a, 2, true, POOL, 1, 6)));
        release(a, 1);
        assertEquals(
                Status.GRANTED,
                say(new LockCommand.Acquire(a, 2, true, POOL, 6, 6)).status());
    }

    @Test
    void namesOfLocksAndSemaphoresAreNotTheSame() {
        long a = enlist(1);
        assertEquals(Status.GRANTED, lock(a, 1).status());
        LockName same = new LockName(LockName.SEMAPHORE, ORDERS.name());
        assertEquals(
                Status.GRANTED,
                say(new LockCommand.Acquire(a, 2, true, same, 1, 1)).status());
    }

    @Test
    void everythingHasABound() {
        LockTable full = new LockTable();
        List<Long> processes = new ArrayList<>();
        for (long i = 1; i <= LockTable.MAX_OWNERS; i++) {
            processes.add(apply(full, i, new LockCommand.Enlist(new UUID(0, i), LEASE, ""))
                    .value());
        }
        assertEquals(
                new LockAnswer(Status.FULL, LockTable.PROCESSES),
                apply(full, 9_000, new LockCommand.Enlist(new UUID(0, 0), LEASE, "")));
        long greedy = processes.get(0);
        long i = 10_000;
        for (int n = 1; n <= LockTable.MAX_REQUESTS_OF_AN_OWNER; n++) {
            assertNotEquals(
                    Status.FULL,
                    apply(full, i++, new LockCommand.Acquire(greedy, n, true, ORDERS, 1, 1))
                            .status());
        }
        assertEquals(
                new LockAnswer(Status.FULL, LockTable.REQUESTS_OF_A_PROCESS),
                apply(full, i++, new LockCommand.Acquire(greedy, 5_000, true, POOL, 1, 1)));
        for (int n = LockTable.MAX_REQUESTS_OF_AN_OWNER; n < LockTable.MAX_REQUESTS_FOR_A_LOCK; n++) {
            apply(full, i++, new LockCommand.Acquire(processes.get(1 + n / 4_000), n, true, ORDERS, 1, 1));
        }
        long another = processes.get(100);
        assertEquals(
                new LockAnswer(Status.FULL, LockTable.REQUESTS_FOR_A_LOCK),
                apply(full, i++, new LockCommand.Acquire(another, 1, true, ORDERS, 1, 1)));
        for (int n = 1; n < LockTable.MAX_LOCKS; n++) {
            LockName name = new LockName(LockName.LOCK, "l" + n);
            apply(full, i++, new LockCommand.Acquire(processes.get(200 + n / 4_000), n, true, name, 1, 1));
        }
        assertEquals(
                new LockAnswer(Status.FULL, LockTable.LOCKS),
                apply(full, i++, new LockCommand.Acquire(another, 1, true, POOL, 1, 1)));
        for (int n = 0; n < LockTable.MAX_REQUESTS; n++) {
            LockName name = new LockName(LockName.LOCK, "l" + (1 + n / 100));
            apply(full, i++, new LockCommand.Acquire(processes.get(300 + n / 4_000), 1 + n, true, name, 1, 1));
        }
        assertEquals(
                new LockAnswer(Status.FULL, LockTable.REQUESTS),
                apply(full, i++, new LockCommand.Acquire(another, 1, true, new LockName(LockName.LOCK, "l1"), 1, 1)));
        assertEquals(full.hash(), copy(full).hash());
    }

    private static LockAnswer apply(LockTable to, long index, LockCommand command) {
        return LockAnswer.decode(to.apply(index, 1, ByteBuffer.wrap(command.encode())));
    }

    @Test
    void aNodeThatIsBehindSaysNothing() {
        assertNull(table.page(new LockQuestion(100, 100, 0), 50), "it may enlist yet");
        assertNotNull(table.page(new LockQuestion(100, 100, 0), 100));
        LockPage page = LockPage.decode(LockTable.none(new LockQuestion(100, 100, 0), 50));
        assertEquals(new LockPage(true, 100, List.of()), page);
    }

    /** Two nodes, one of which takes the state from a snapshot now and then, are the same after each command. */
    @Test
    void aTableThatWasReadBackGoesOnAsTheOther() {
        SplittableRandom random = new SplittableRandom(5);
        LockTable other = new LockTable();
        List<Long> generations = new ArrayList<>(List.of(1L));
        for (int i = 0; i < 5_000; i++) {
            index++;
            now += random.nextInt(60);
            long generation = generations.get(Math.max(0, generations.size() - 1 - random.nextInt(6)));
            LockCommand command =
                    switch (random.nextInt(12)) {
                        case 0 -> new LockCommand.Enlist(new UUID(0, random.nextInt(4)), LEASE, "p");
                        case 1 -> new LockCommand.Bury(generation);
                        case 2, 3, 4 -> new LockCommand.Renew(generation);
                        case 5 ->
                            random.nextInt(8) == 0
                                    ? new LockCommand.Leave(generation)
                                    : new LockCommand.Renew(generation);
                        case 6, 7, 8 ->
                            new LockCommand.Acquire(
                                    generation,
                                    1 + random.nextInt(9),
                                    random.nextInt(4) > 0,
                                    POOL,
                                    1 + random.nextInt(5),
                                    5);
                        case 9 -> new LockCommand.Acquire(generation, 10 + random.nextInt(9), true, ORDERS, 1, 1);
                        default -> new LockCommand.Release(generation, 1 + random.nextInt(19));
                    };
            if (command instanceof LockCommand.Enlist) {
                generations.add(index);
            }
            byte[] bytes = command.encode();
            table.passTime(index, now);
            other.passTime(index, now);
            LockAnswer one = LockAnswer.decode(table.apply(index, now, ByteBuffer.wrap(bytes)));
            LockAnswer two = LockAnswer.decode(other.apply(index, now, ByteBuffer.wrap(bytes)));
            assertEquals(one, two, command.toString());
            if (random.nextInt(10) == 0) {
                other = copy(other);
            }
            assertEquals(table.hash(), other.hash(), command.toString());
        }
    }

    @Test
    void goldenSnapshot() {
        long a = enlist(1);
        lock(a, 1);
        lock(a, 2);
        String request = "%016x%016x%08x%016x";
        assertEquals(
                "000000000000000c" // last token
                        + "0000000000000002" // last place
                        + "00000001" // processes
                        + "000000000000000b" + "00000000000000000000000000000001" + "027031"
                        + "00000000000003e8" + "0000000000000001"
                        + "00000001" // locks
                        + "01" + "06" + "6f7264657273" + "00000001"
                        + "00000001" + request.formatted(11, 1, 1, 1) + "000000000000000c" + "000000000000000c"
                        + "00000001" + request.formatted(11, 2, 1, 2),
                HexFormat.of().formatHex(table.snapshot()));
    }

    @Test
    void aSnapshotThatCannotBeIsRefused() {
        long a = enlist(1);
        lock(a, 1);
        byte[] bytes = table.snapshot();
        assertThrows(IOException.class, () -> new LockTable().restore(2, new ByteArrayInputStream(bytes)));
        for (int length = 0; length < bytes.length; length++) {
            ByteArrayInputStream cut = new ByteArrayInputStream(bytes, 0, length);
            assertThrows(IOException.class, () -> new LockTable().restore(1, cut));
        }
        bytes[20 + 7]++; // another process than the one that holds it
        assertThrows(IOException.class, () -> new LockTable().restore(1, new ByteArrayInputStream(bytes)));
    }
}
