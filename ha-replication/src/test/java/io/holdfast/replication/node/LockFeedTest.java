package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.runtime.Clock;
import io.holdfast.replication.locks.LockCommand;
import io.holdfast.replication.locks.LockName;
import io.holdfast.replication.locks.LockPage;
import io.holdfast.replication.locks.LockQuestion;
import io.holdfast.replication.locks.LockTable;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LockFeedTest {
    private static final long SECOND = 1_000_000_000L;

    private long now;
    private long applied;
    private final LockTable table = new LockTable();
    private final LockFeed feed = new LockFeed(
            new Clock() {
                @Override
                public long nanoTime() {
                    return now;
                }

                @Override
                public long wallMillis() {
                    throw new UnsupportedOperationException();
                }
            },
            () -> table,
            () -> applied);

    /** What it was told, as "id: request>index". */
    private static final class Asker implements Responder {
        private final List<String> told = new ArrayList<>();

        @Override
        public void read(long request, Outcome outcome, byte[] answer) {
            if (outcome != Outcome.APPLIED) {
                told.add(request + ": " + outcome);
                return;
            }
            LockPage page = LockPage.decode(answer);
            StringBuilder text = new StringBuilder(request + ":" + (page.lives() ? "" : " dead"));
            page.grants().forEach(grant -> text.append(' ').append(grant.request()));
            told.add(text.append(" >" + page.index()).toString());
        }

        @Override
        public void answer(long session, long sequence, Outcome outcome, byte[] answer) {}

        @Override
        public void opened(long request, long session) {}

        @Override
        public void reached(long index) {}

        @Override
        public void flush() {}
    }

    private final Asker asker = new Asker();

    @BeforeEach
    void twoProcesses() {
        table.tell(feed::changed);
        say(new LockCommand.Enlist(new UUID(0, 1), SECOND, "a")); // 1
        say(new LockCommand.Enlist(new UUID(0, 2), SECOND, "b")); // 2
        say(acquire(1, 1));
        say(acquire(2, 1));
    }

    private static LockCommand acquire(long generation, long request) {
        return new LockCommand.Acquire(generation, request, true, new LockName(LockName.LOCK, "l"), 1, 1);
    }

    private void say(LockCommand command) {
        table.apply(applied + 1, 1, ByteBuffer.wrap(command.encode()));
        applied++;
        feed.applied();
    }

    private void ask(long id, long generation, long after) {
        feed.ask(new LockQuestion(generation, after, 1_000).encode(), asker, id);
    }

    @Test
    void whatIsThereIsToldAtOnceAndWhatComesWhenItIsApplied() {
        ask(1, 1, 0);
        assertEquals(List.of("1: 1 >4"), asker.told);
        ask(2, 2, 2);
        assertEquals(1, asker.told.size());
        say(new LockCommand.Renew(2));
        assertEquals(1, asker.told.size());
        say(new LockCommand.Release(1, 1));
        assertEquals(List.of("1: 1 >4", "2: 1 >6"), asker.told);
        ask(3, 2, 6);
        assertEquals(2, asker.told.size());
    }

    @Test
    void whoDiesIsTold() {
        ask(1, 2, 2);
        say(new LockCommand.Leave(2));
        assertEquals(List.of("1: dead >5"), asker.told);
        ask(2, 2, 2);
        assertEquals("2: dead >5", asker.told.get(1));
    }

    @Test
    void aQuestionWaitsForAsLongAsItSays() {
        ask(1, 2, 2);
        now = SECOND - 1;
        feed.tick();
        assertEquals(List.of(), asker.told);
        now = SECOND;
        feed.tick();
        assertEquals(List.of("1: >4"), asker.told);
        feed.tick();
        assertEquals(1, asker.told.size());
    }

    @Test
    void whatAPeerAsksIsBounded() {
        feed.ask(new byte[3], asker, 1);
        assertEquals(List.of("1: FAILED"), asker.told);
        for (int i = 2; i < 18; i++) {
            ask(i, 2, 2);
        }
        assertEquals(1, asker.told.size());
        ask(18, 2, 2);
        assertEquals("18: UNAVAILABLE", asker.told.get(1));
        feed.forget(asker);
        say(new LockCommand.Release(1, 1));
        assertEquals(2, asker.told.size(), "nobody is there any more");
        ask(19, 2, 2);
        assertEquals("19: 1 >5", asker.told.get(2));
    }

    @Test
    void whoWaitsForANodeThatIsBehindIsToldWhenItHasCaughtUp() {
        ask(1, 5, 5);
        say(new LockCommand.Enlist(new UUID(0, 3), SECOND, "c"));
        say(new LockCommand.Release(1, 1));
        say(new LockCommand.Release(2, 1));
        say(acquire(5, 1));
        assertEquals(List.of(), asker.told, "that was the answer to its command");
        feed.restored();
        assertEquals(List.of("1: 1 >8"), asker.told);
    }
}
