package io.holdfast.replication.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OverloadedException;
import io.holdfast.core.RequestFailedException;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Poll;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
class PollsTest {
    private static final long SECOND = 1_000_000_000L;

    private long now;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Node> nodes = new ArrayList<>();
    private @Nullable Node master;
    private final Polls polls = new Polls(
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
            new Loop(),
            tasks::add,
            turn -> nodes.isEmpty() ? null : nodes.get(turn % nodes.size()),
            () -> List.copyOf(nodes),
            () -> master,
            100);

    private final class Loop implements EventLoop {
        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void run(Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean inEventLoop() {
            return true;
        }
    }

    private void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Remembers the ids of the questions that it got. */
    private static final class Node implements Endpoint {
        private final ArrayDeque<Long> asked = new ArrayDeque<>();

        @Override
        public boolean query(long request, int machine, byte[] bytes, Freshness freshness) {
            assertEquals(Freshness.LOCAL, freshness.kind());
            asked.add(request);
            return true;
        }

        @Override
        public boolean submit(long session, long answeredBelow, List<PendingWrite> writes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean open(long request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean keepAlive(long session, long answeredBelow) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void closeSession(long session) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Watcher implements Poll {
        private final List<Integer> answers = new ArrayList<>();
        private boolean closed;
        private @Nullable RuntimeException refusal;
        private @Nullable RuntimeException end;
        private @Nullable Error thrown;
        private boolean urgent;

        @Override
        public boolean isUrgent() {
            return urgent;
        }

        @Override
        public byte @Nullable [] question() {
            return closed ? null : new byte[] {(byte) answers.size()};
        }

        @Override
        public @Nullable RuntimeException answered(byte[] answer) {
            if (thrown != null) {
                throw thrown;
            }
            if (refusal == null) {
                answers.add((int) answer[0]);
            }
            return refusal;
        }

        @Override
        public void ended(RuntimeException why) {
            end = why;
        }
    }

    private Watcher start(int nodeCount) {
        for (int i = 0; i < nodeCount; i++) {
            nodes.add(new Node());
        }
        Watcher watcher = new Watcher();
        polls.add(3, watcher);
        runAll();
        return watcher;
    }

    private boolean answer(long id, int answer) {
        boolean known = polls.answered(id, Outcome.APPLIED, new byte[] {(byte) answer});
        runAll();
        return known;
    }

    @Test
    void theNextQuestionFollowsTheAnswerThatWasTakenAndGoesToTheNextNode() {
        Watcher watcher = start(2);
        long first = nodes.get(0).asked.remove();
        assertTrue(polls.answered(first, Outcome.APPLIED, new byte[] {1}));
        assertEquals(0, nodes.get(1).asked.size(), "the answer has not been taken");
        runAll();
        assertEquals(List.of(1), watcher.answers);
        assertTrue(answer(nodes.get(1).asked.remove(), 2));
        assertEquals(List.of(1, 2), watcher.answers);
        assertEquals(1, nodes.get(0).asked.size());
        assertFalse(answer(first, 1), "a late answer is none");
        assertEquals(List.of(1, 2), watcher.answers);
    }

    @Test
    void anUrgentOneAsksTheMasterFirstAndAnotherIfThatDoesNotAnswer() {
        nodes.addAll(List.of(new Node(), new Node()));
        Node theMaster = new Node();
        master = theMaster;
        Watcher watcher = new Watcher();
        watcher.urgent = true;
        polls.add(6, watcher);
        runAll();
        assertTrue(answer(theMaster.asked.remove(), 1));
        theMaster.asked.remove();
        now += 3 * SECOND;
        polls.tick();
        assertTrue(answer(nodes.get(0).asked.remove(), 2));
        assertEquals(List.of(1, 2), watcher.answers);
        assertEquals(1, theMaster.asked.size(), "the master is asked again");
        master = null;
        polls.down(theMaster);
        assertTrue(answer(nodes.get(1).asked.remove(), 3), "where none is known any node is asked");
        assertFalse(polls.isBusy());
    }

    @Test
    void anUrgentOneIsBesideTheLimitAndEndsWhereItCannotBeAnswered() {
        nodes.add(new Node());
        for (int i = 0; i < 64; i++) {
            polls.add(3, new Watcher());
        }
        runAll();
        nodes.get(0).asked.clear();
        Watcher urgent = new Watcher();
        urgent.urgent = true;
        polls.add(6, urgent);
        runAll();
        assertEquals(null, urgent.end);
        polls.answered(nodes.get(0).asked.remove(), Outcome.FAILED, new byte[0]);
        runAll();
        assertInstanceOf(RequestFailedException.class, urgent.end);
        assertEquals(0, nodes.get(0).asked.size());
    }

    @Test
    void aNodeThatDoesNotAnswerIsGivenUp() {
        Watcher watcher = start(2);
        long first = nodes.get(0).asked.remove();
        now += 2 * SECOND;
        polls.tick();
        assertEquals(0, nodes.get(1).asked.size());
        now += SECOND;
        polls.tick();
        assertFalse(answer(first, 1));
        assertTrue(answer(nodes.get(1).asked.remove(), 7));
        assertEquals(List.of(7), watcher.answers);
        polls.down(nodes.get(0));
        assertTrue(answer(nodes.get(1).asked.remove(), 8), "whose link ends is not waited for");
    }

    @Test
    void whoCannotAnswerNowIsAskedAgainAndNobodyIsNoEnd() {
        Watcher watcher = start(0);
        polls.tick();
        nodes.add(new Node());
        polls.tick();
        polls.answered(nodes.get(0).asked.remove(), Outcome.UNAVAILABLE, new byte[0]);
        runAll();
        assertEquals(0, nodes.get(0).asked.size());
        polls.tick();
        assertTrue(answer(nodes.get(0).asked.remove(), 7));
        assertEquals(List.of(7), watcher.answers);
        assertEquals(null, watcher.end);
    }

    @Test
    void itEndsWhenNoNodeHasWhatItNeeds() {
        Watcher watcher = start(3);
        watcher.refusal = new IllegalStateException("too old");
        answer(nodes.get(0).asked.remove(), 1);
        answer(nodes.get(1).asked.remove(), 1);
        watcher.refusal = null;
        answer(nodes.get(2).asked.remove(), 1);
        assertEquals(List.of(1), watcher.answers, "the third one had it");
        watcher.refusal = new IllegalStateException("too old");
        answer(nodes.get(0).asked.remove(), 1);
        answer(nodes.get(1).asked.remove(), 1);
        assertEquals(null, watcher.end);
        answer(nodes.get(2).asked.remove(), 1);
        assertEquals(watcher.refusal, watcher.end);
        now += 10 * SECOND;
        polls.tick();
        assertEquals(0, nodes.get(0).asked.size());
    }

    /** Found by review: who refused twice is one, and who did not answer has not refused. */
    @Test
    void aNodeThatHasNotBeenHeardMayHaveWhatItNeeds() {
        Watcher watcher = start(3);
        watcher.refusal = new IllegalStateException("too old");
        answer(nodes.get(0).asked.remove(), 1);
        answer(nodes.get(1).asked.remove(), 1);
        polls.answered(nodes.get(2).asked.remove(), Outcome.UNAVAILABLE, new byte[0]);
        runAll();
        polls.tick();
        answer(nodes.get(0).asked.remove(), 1);
        answer(nodes.get(1).asked.remove(), 1);
        assertEquals(null, watcher.end);
        watcher.refusal = null;
        answer(nodes.get(2).asked.remove(), 9);
        assertEquals(List.of(9), watcher.answers);
    }

    @Test
    void whateverIsThrownWhileAnAnswerIsTakenEndsItWithAWord() {
        Watcher watcher = start(1);
        watcher.thrown = new AssertionError("bad");
        answer(nodes.get(0).asked.remove(), 1);
        assertInstanceOf(IllegalStateException.class, watcher.end);
    }

    @Test
    void oneThatIsClosedAsksNoMore() {
        Watcher watcher = start(1);
        watcher.closed = true;
        answer(nodes.get(0).asked.remove(), 1);
        now += 10 * SECOND;
        polls.tick();
        assertEquals(0, nodes.get(0).asked.size());
        assertEquals(null, watcher.end);
    }

    @Test
    void thereAreOnlySoMany() {
        Watcher first = start(1);
        for (int i = 1; i < 64; i++) {
            start(0);
        }
        assertInstanceOf(OverloadedException.class, start(0).end);
        first.closed = true;
        assertEquals(null, start(0).end, "a closed one makes room");
    }

    @Test
    void aQuestionThatFailsEndsIt() {
        Watcher watcher = start(1);
        polls.answered(nodes.get(0).asked.remove(), Outcome.FAILED, new byte[] {'x'});
        runAll();
        assertInstanceOf(RequestFailedException.class, watcher.end);
    }

    @Test
    void theEndOfTheProcessIsTheirEndAlsoOfThoseThatComeLater() {
        Watcher watcher = start(1);
        polls.endAll(new NotAvailableException("stopping"), false);
        runAll();
        assertInstanceOf(NotAvailableException.class, watcher.end);
        Watcher late = new Watcher();
        polls.add(3, late);
        assertInstanceOf(NotAvailableException.class, late.end);
        assertFalse(answer(nodes.get(0).asked.remove(), 1));
    }
}
