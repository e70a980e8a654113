package io.holdfast.loadbalance.pick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.loadbalance.pick.Slots.Slot;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The eight points of right hashing, for both tables. */
class KeyedTest {
    private static final int KEYS = 50_000;

    enum Table {
        RENDEZVOUS,
        MAGLEV;

        KeyedPicker over(Slots slots) {
            return this == RENDEZVOUS ? new RendezvousPicker(slots) : new MaglevPicker(slots, new MaglevTable(slots));
        }
    }

    private static long key(int i) {
        return Hashes.mix(i + 1_000_000L);
    }

    private static List<Slot> slots(int count, int weight) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            slots.add(Slotting.slot(i, weight, Slots.WHOLE));
        }
        return slots;
    }

    private static Slots with(List<Slot> slots, int at, int share) {
        List<Slot> changed = new ArrayList<>(slots);
        Slot was = changed.get(at);
        changed.set(at, new Slot(was.id(), was.weight(), share, was.stats()));
        return new Slots(changed);
    }

    @ParameterizedTest
    @EnumSource
    void theOrderOfTheListDoesNotMatter(Table table) {
        List<Slot> slots = slots(30, 1);
        List<Slot> shuffled = new ArrayList<>(slots);
        Collections.shuffle(shuffled, new java.util.Random(3));
        KeyedPicker one = table.over(new Slots(slots));
        KeyedPicker other = table.over(new Slots(sortedById(shuffled)));
        Slots sorted = new Slots(sortedById(slots));
        KeyedPicker same = table.over(sorted);
        for (int i = 0; i < KEYS; i++) {
            assertEquals(same.pick(key(i)), other.pick(key(i)));
        }
        assertTrue(one.size() == 30);
    }

    private static List<Slot> sortedById(List<Slot> slots) {
        List<Slot> sorted = new ArrayList<>(slots);
        sorted.sort(java.util.Comparator.comparingLong(Slot::id));
        return sorted;
    }

    @ParameterizedTest
    @EnumSource
    void sharesAreByWeight(Table table) {
        Slots slots = Slotting.weighted(1, 2, 3, 4, 10);
        int[] picks = Slotting.picks(table.over(slots), 5, 200_000);
        for (int i = 0; i < 5; i++) {
            assertEquals(slots.weights[i] / 20.0, picks[i] / 200_000.0, 0.005, "slot " + i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsOutMovesItsOwnKeysAndNoOthersAndGetsThemBack(Table table) {
        for (int weight : new int[] {1, 7}) {
            List<Slot> slots = slots(20, weight);
            KeyedPicker before = table.over(new Slots(slots));
            KeyedPicker out = out(table, slots, before, 0);
            int moved = 0;
            int[] to = new int[20];
            for (int i = 0; i < KEYS; i++) {
                int home = before.pick(key(i));
                int now = out.pick(key(i));
                if (home == 7) {
                    assertNotEquals(7, now);
                    moved++;
                    to[now]++;
                } else {
                    assertEquals(home, now);
                }
            }
            assertTrue(moved > KEYS / 30, "moved " + moved);
            for (int i = 0; i < 20; i++) {
                if (i != 7) { // they spread over all, and do not fall on a neighbour
                    assertEquals(moved / 19.0, to[i], 8 * Math.sqrt(moved / 19.0), "to " + i);
                }
            }
        }
    }

    /** As {@code slots}, but that 7 has only that share; with the table that was there before. */
    private static KeyedPicker out(Table table, List<Slot> slots, KeyedPicker before, int share) {
        Slots changed = with(slots, 7, share);
        return before instanceof MaglevPicker maglev ? new MaglevPicker(changed, maglev.table()) : table.over(changed);
    }

    @ParameterizedTest
    @EnumSource
    void aSlowStarterGetsMoreAndMoreOfItsOwnKeys(Table table) {
        List<Slot> slots = slots(20, 1);
        KeyedPicker whole = table.over(new Slots(slots));
        List<Integer> gets = new ArrayList<>();
        for (int share = 0; share <= 10; share++) {
            KeyedPicker some = out(table, slots, whole, share);
            KeyedPicker less = out(table, slots, whole, Math.max(0, share - 1));
            int count = 0;
            for (int i = 0; i < KEYS; i++) {
                int now = some.pick(key(i));
                assertTrue(now != 7 || whole.pick(key(i)) == 7, "takes only its own");
                assertTrue(less.pick(key(i)) != 7 || now == 7, "never loses one that it has got back");
                count += now == 7 ? 1 : 0;
            }
            gets.add(count);
        }
        assertEquals(0, gets.get(0));
        assertEquals(gets.get(10) / 2.0, gets.get(5), KEYS / 20.0 * 0.15);
    }

    @ParameterizedTest
    @EnumSource
    void aRetryGoesToTheNextOfTheKeysOrder(Table table) {
        KeyedPicker picker = table.over(Slotting.even(5));
        for (int i = 0; i < 1_000; i++) {
            long key = key(i);
            List<Integer> ranks = new ArrayList<>();
            for (int rank = 0; rank < 5; rank++) {
                ranks.add(picker.pickOther(key, ranks::contains));
            }
            assertEquals(5, ranks.stream().distinct().count());
            assertEquals(picker.pick(key), ranks.get(0));
            assertEquals(-1, picker.pickOther(key, ranks::contains));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ifNobodyTakesAKeyByItsShareSomebodyTakesIt(Table table) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            slots.add(Slotting.slot(i, 1, i == 3 ? 1 : 0));
        }
        KeyedPicker picker = table.over(new Slots(slots));
        for (int i = 0; i < 1_000; i++) {
            assertEquals(3, picker.pick(key(i)));
        }
        List<Slot> none = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            none.add(Slotting.slot(i, 1, 0));
        }
        assertEquals(-1, table.over(new Slots(none)).pick(7));
    }

    @Test
    void rendezvousMovesExactlyTheShareOfWhoGoesOrComes() {
        for (int[] weights : new int[][] {{1, 1, 1, 1, 1, 1}, {5, 1, 3, 2, 9, 4}}) {
            Slots all = Slotting.weighted(weights);
            RendezvousPicker before = new RendezvousPicker(all);
            List<Slot> rest = new ArrayList<>();
            for (int i = 0; i < weights.length; i++) {
                if (i != 2) {
                    rest.add(Slotting.slot(i, weights[i], Slots.WHOLE));
                }
            }
            RendezvousPicker after = new RendezvousPicker(new Slots(rest));
            for (int i = 0; i < KEYS; i++) {
                int home = before.pick(key(i));
                int now = after.pick(key(i));
                if (home != 2) {
                    assertEquals(home, now < 2 ? now : now + 1);
                }
            }
        }
    }

    @Test
    void maglevIsAsPublished() {
        for (int size : new int[] {MaglevTable.SMALL, MaglevTable.LARGE, MaglevTable.LARGEST}) {
            assertTrue(BigInteger.valueOf(size).isProbablePrime(50), size + " is no prime");
        }
        for (int n : new int[] {17, 100, 655}) {
            MaglevTable table = new MaglevTable(Slotting.even(n));
            int[] places = table.places(n);
            int least = java.util.Arrays.stream(places).min().orElseThrow();
            int most = java.util.Arrays.stream(places).max().orElseThrow();
            assertTrue(most - least <= 1, n + ": " + least + " to " + most);
        }
        assertEquals(MaglevTable.LARGE, new MaglevTable(Slotting.even(656)).size());
    }

    @Test
    void aBoundIsNeverPassed() {
        Slots slots = Slotting.weighted(1, 1, 1, 1, 6);
        long[] total = new long[1];
        double factor = 1.25;
        BoundedLoadPicker picker = new BoundedLoadPicker(slots, new RendezvousPicker(slots), factor, () -> total[0]);
        SplittableRandom random = new SplittableRandom(9);
        List<Integer> running = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            boolean begins = running.size() < 200 && random.nextInt(3) > 0;
            if (begins) {
                long key = random.nextInt(4) == 0 ? key(random.nextInt(KEYS)) : key(1); // a hot one
                int slot = picker.pick(key);
                assertTrue(slots.stats[slot].begin(picker.limit(slot), 0));
                total[0]++;
                running.add(slot);
                double bound = Math.ceil(factor * slots.weights[slot] / 10.0 * total[0]);
                assertTrue(slots.stats[slot].inFlight() <= bound, slots.stats[slot].inFlight() + " over " + bound);
            } else if (!running.isEmpty()) {
                slots.stats[running.remove(random.nextInt(running.size()))].cancel();
                total[0]--;
            }
        }
    }

    @Test
    void aBoundLetsKeysStayWhileTheyMay() {
        Slots slots = Slotting.even(10);
        KeyedPicker hash = new RendezvousPicker(slots);
        BoundedLoadPicker picker = new BoundedLoadPicker(slots, hash, 1.25, () -> 0);
        for (int i = 0; i < 1_000; i++) {
            assertEquals(hash.pick(key(i)), picker.pick(key(i)));
        }
    }
}
