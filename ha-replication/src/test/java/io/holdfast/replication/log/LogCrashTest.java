package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random work, crashes and kills against a model: what was acknowledged is there, what comes back besides had been
 * written, a doubt stays, and nothing is ever called damaged.
 */
class LogCrashTest {

    /** Seeds a test; more with {@code -Dholdfast.seeds}. */
    private static final int SEEDS = Integer.getInteger("holdfast.seeds", 8);

    /** A batch as the model knows it. */
    private record Written(long firstIndex, int count, ByteBuffer bytes) {
        long lastIndex() {
            return firstIndex + count - 1;
        }
    }

    /** One seed's run. */
    private static final class Run {
        final Random random;
        MemoryStorage storage = new MemoryStorage();
        LogFixture f;
        List<Written> current = new ArrayList<>();
        /** What the log was before truncations that may not be durable yet. */
        final List<List<Written>> versions = new ArrayList<>();

        long term = 1;
        long acknowledged;
        long committed;
        boolean doubt;
        ForceTicket ticket;
        int cuts;
        int removals;
        LogBase snapshot = LogBase.NONE;
        /** The log began anew after this index; 0 if it never did. */
        long begin;

        Run(long seed) throws IOException {
            random = new Random(seed);
            f = new LogFixture(storage, seed);
        }

        void step() throws IOException {
            switch (random.nextInt(18)) {
                case 0, 1, 2, 3, 4, 5, 6 -> append();
                case 7, 8, 9 -> force();
                case 10 -> f.worker.runAll();
                case 11 -> f.log.mark(committed);
                case 12 -> {
                    if (random.nextInt(3) == 0) {
                        truncate();
                    }
                }
                case 13 -> {
                    // What others have counts, too.
                    long most = random.nextInt(4) == 0 ? lastIndex(current) : acknowledged;
                    committed = Math.max(committed, endOfBatch(random.nextLong(most + 1)));
                }
                case 14 -> {
                    if (random.nextInt(3) == 0) {
                        settle();
                    }
                }
                case 15 -> snapshot();
                case 16 -> {
                    if (random.nextInt(4) == 0) {
                        install();
                    }
                }
                default -> {
                    if (random.nextInt(4) == 0) {
                        restart();
                    }
                }
            }
        }

        private void append() throws IOException {
            int count = 1 + random.nextInt(4);
            int body = random.nextInt(10) == 0 ? random.nextInt(30_000) : random.nextInt(700);
            long first = f.log.lastIndex() + 1;
            current.add(new Written(first, count, ByteBuffer.wrap(f.append(count, term, body, committed))));
        }

        private void force() throws IOException {
            if (ticket == null) {
                ticket = f.log.ticket();
                return; // more is written before it is forced
            }
            ticket.force();
            if (f.log.forced(ticket)) {
                acknowledged = ticket.lastIndex();
                versions.clear(); // the truncations are durable now
            }
            assertEquals(acknowledged, f.log.durableIndex());
            ticket = null;
        }

        private void truncate() throws IOException {
            int from = (int)
                    current.stream().filter(b -> b.firstIndex() <= committed).count();
            if (from < current.size()) {
                int at = from + random.nextInt(current.size() - from);
                versions.add(current);
                long index = current.get(at).firstIndex();
                current = new ArrayList<>(current.subList(0, at));
                f.log.truncateFrom(index);
                acknowledged = Math.min(acknowledged, index - 1);
                term++;
            }
        }

        private long endOfBatch(long index) {
            long end = begin;
            for (Written batch : current) {
                if (batch.lastIndex() <= index) {
                    end = batch.lastIndex();
                }
            }
            return end;
        }

        /** One of this node's own; the log is shortened now or later, and its files are removed now or later. */
        private void snapshot() {
            if (committed > snapshot.index() && random.nextBoolean()) {
                snapshot = new LogBase(committed, f.log.termAt(committed));
            }
            if (random.nextBoolean()) {
                f.log.dropBefore(1 + random.nextLong(snapshot.index() + 1), committed);
            }
            ObsoleteSegments obsolete = random.nextBoolean() ? f.log.takeObsolete() : null;
            if (obsolete != null) {
                obsolete.remove();
                removals++;
            }
        }

        /** One that came from a master: behind the log's end, or at odds with it. */
        private void install() throws IOException {
            long last = lastIndex(current);
            term++;
            long index = last == committed || random.nextBoolean()
                    ? last + 1 + random.nextInt(5)
                    : committed + 1 + random.nextLong(last - committed);
            snapshot = new LogBase(index, term);
            begin = index;
            if (random.nextInt(3) > 0) { // else it crashes between the two
                f.log.restartAfter(snapshot);
                current = new ArrayList<>();
                versions.clear();
                acknowledged = index;
                committed = index;
                ticket = null;
            } else {
                current = new ArrayList<>();
                versions.clear();
                acknowledged = index;
                committed = index;
                restart();
            }
        }

        private void settle() throws IOException {
            f.log.settle();
            ticket = f.log.ticket();
            if (ticket != null) {
                force();
            }
            doubt = false;
        }

        private void restart() throws IOException {
            f.log.close();
            boolean killed = random.nextInt(4) == 0;
            while (true) {
                if (!killed) {
                    storage.crash(random);
                }
                storage.failAfter = random.nextInt(3) == 0 ? random.nextInt(12) : Long.MAX_VALUE;
                try {
                    f = new LogFixture(storage, random.nextLong(), snapshot);
                    break;
                } catch (DamagedLogException e) {
                    throw e;
                } catch (IOException | UncheckedIOException e) {
                    killed = false; // it crashes while it starts
                }
            }
            storage.failAfter = Long.MAX_VALUE;
            check(killed);
        }

        private void check(boolean killed) throws IOException {
            Recovery recovery = f.log.recovery();
            List<byte[]> read = f.readAll();
            assertTrue(recovery.lastIndex() >= acknowledged, recovery + ", but acknowledged " + acknowledged);
            versions.add(current);
            List<Written> found = null;
            long base = f.log.base().index();
            assertTrue(base <= snapshot.index(), "the log begins after " + base + ", and the snapshot is " + snapshot);
            for (List<Written> version : versions) {
                int dropped = (int) version.stream()
                        .filter(batch -> batch.firstIndex() <= base)
                        .count();
                if (isPrefix(read, version.subList(dropped, version.size()))) {
                    found = new ArrayList<>(version.subList(0, dropped + read.size()));
                }
            }
            if (found == null) {
                fail("what came back had never been written: " + recovery);
                return;
            }
            assertTrue(recovery.commitIndex() <= recovery.lastIndex());
            assertTrue(recovery.commitIndex() >= snapshot.index());
            assertTrue(recovery.tailCut() || !doubt, "the doubt was forgotten");
            if (killed) {
                assertEquals(f.log.lastIndex(), lastIndex(current), "a kill loses nothing");
                assertEquals(doubt, recovery.tailCut());
            }
            cuts += recovery.tailCut() && !doubt ? 1 : 0;
            doubt = recovery.tailCut();
            current = found;
            versions.clear();
            acknowledged = recovery.lastIndex();
            committed = Math.min(committed, acknowledged);
            ticket = null;
            term++;
        }

        private long lastIndex(List<Written> log) {
            return log.isEmpty() ? begin : log.get(log.size() - 1).lastIndex();
        }

        private static boolean isPrefix(List<byte[]> read, List<Written> version) {
            if (read.size() > version.size()) {
                return false;
            }
            for (int i = 0; i < read.size(); i++) {
                if (!version.get(i).bytes().equals(ByteBuffer.wrap(read.get(i)))) {
                    return false;
                }
            }
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nothingAcknowledgedIsLost(long base) throws IOException {
        int cuts = 0;
        int removals = 0;
        for (long seed = base * 1_000; seed < base * 1_000 + SEEDS; seed++) {
            Run run = new Run(seed);
            try {
                for (int i = 0; i < 400; i++) {
                    run.step();
                }
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
            run.f.close();
            assertEquals(0, run.storage.openFiles(), "seed " + seed);
            cuts += run.cuts;
            removals += run.removals;
        }
        assertFalse(cuts == 0, "no tail was ever torn");
        assertFalse(removals == 0, "no segment was ever removed");
    }
}
