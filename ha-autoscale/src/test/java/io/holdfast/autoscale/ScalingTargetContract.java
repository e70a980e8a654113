package io.holdfast.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.holdfast.autoscale.Capabilities.Removal;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.core.FencingToken;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every target keeps. A subclass says how one is made where nothing runs yet, and how a second node would see the same one. */
@Timeout(120)
public abstract class ScalingTargetContract {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** The target under test, as seen by one more node; nothing runs at the begin of each test. */
    protected abstract ScalingTarget open() throws Exception;

    /** The same one, set up so that no start succeeds. */
    protected abstract ScalingTarget openFailing() throws Exception;

    /** Whether it refuses tokens that are lower than an earlier one. */
    protected boolean remembersTokens() {
        return true;
    }

    /** Whatever has to happen outside of the target before orders show, such as the work of a cluster manager. */
    protected void settle() throws Exception {}

    /** An order to start as many as {@code size} says, of which {@code fresh} are new. */
    protected static StartOrder startOrder(ScalingTarget target, String action, long token, int size, int fresh) {
        List<String> names = new ArrayList<>();
        if (target.capabilities().takesNames()) {
            for (int i = size - fresh + 1; i <= size; i++) {
                names.add("n-" + i);
            }
        }
        return new StartOrder(action, new FencingToken(token), names, size);
    }

    protected static StopOrder stopOrder(String action, long token, String node, int size) {
        return new StopOrder(action, new FencingToken(token), node, size);
    }

    /** What is there once that is so. */
    protected final List<Instance> await(ScalingTarget target, Predicate<List<Instance>> condition) throws Exception {
        long began = System.nanoTime();
        while (true) {
            settle();
            List<Instance> instances = target.instances();
            if (condition.test(instances)) {
                return instances;
            }
            if (System.nanoTime() - began > LIMIT_NANOS) {
                fail("after 60 s: " + instances);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    protected final List<Instance> awaitRunning(ScalingTarget target, int size) throws Exception {
        return await(
                target,
                instances -> instances.size() == size
                        && instances.stream().allMatch(instance -> instance.state() == State.RUNNING));
    }

    private static Set<String> names(List<Instance> instances) {
        Set<String> names = new HashSet<>();
        instances.forEach(instance -> assertTrue(names.add(instance.node()), "twice in " + instances));
        return names;
    }

    /** One that may be stopped. */
    private static String removable(List<Instance> instances) {
        return instances.stream()
                .map(Instance::node)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    @Test
    void whatIsStartedIsThereForEverybody() throws Exception {
        ScalingTarget target = open();
        assertEquals(List.of(), target.instances());
        target.start(startOrder(target, "a-1", 7, 2, 2));
        List<Instance> instances = awaitRunning(target, 2);
        if (target.capabilities().takesNames()) {
            assertEquals(Set.of("n-1", "n-2"), names(instances));
        }
        assertEquals(names(instances), names(open().instances()));
        assertEquals(target.capabilities(), open().capabilities());
        assertFalse(target.name().isBlank());
    }

    @Test
    void anOrderThatWasCarriedOutDoesNothingWhenItComesAgain() throws Exception {
        ScalingTarget target = open();
        StartOrder order = startOrder(target, "a-1", 7, 2, 2);
        target.start(order);
        List<Instance> first = awaitRunning(target, 2);
        target.start(order);
        open().start(order);
        settle();
        assertEquals(first, target.instances());
        open().start(startOrder(target, "a-2", 7, 3, 1));
        List<Instance> more = awaitRunning(target, 3);
        assertTrue(names(more).containsAll(names(first)), first + " became " + more);
    }

    @Test
    void whatIsStoppedIsGoneAndTheOthersStay() throws Exception {
        ScalingTarget target = open();
        target.start(startOrder(target, "a-1", 7, 3, 3));
        List<Instance> before = awaitRunning(target, 3);
        String node = removable(before);
        StopOrder order = stopOrder("a-2", 7, node, 2);
        open().stop(order);
        List<Instance> after = awaitRunning(target, 2);
        List<Instance> expected = new ArrayList<>(before);
        expected.removeIf(instance -> instance.node().equals(node));
        assertEquals(expected, after);
        target.stop(order);
        open().stop(order);
        settle();
        assertEquals(expected, target.instances());
    }

    @Test
    void stoppingWhatIsNotThereDoesNothing() throws Exception {
        ScalingTarget target = open();
        target.stop(stopOrder("a-1", 7, "n-99", 0));
        target.start(startOrder(target, "a-2", 7, 1, 1));
        List<Instance> one = awaitRunning(target, 1);
        target.stop(stopOrder("a-3", 7, "n-99", 1));
        settle();
        assertEquals(one, target.instances());
    }

    @Test
    void aNodeThatDecidesNoLongerIsRefused() throws Exception {
        Assumptions.assumeTrue(remembersTokens());
        ScalingTarget target = open();
        target.start(startOrder(target, "a-1", 7, 2, 2));
        List<Instance> two = awaitRunning(target, 2);
        ScalingTarget late = open();
        for (int i = 0; i < 2; i++) {
            refused(() -> late.start(startOrder(late, "a-0", 6, 3, 1)));
            refused(() -> late.stop(stopOrder("a-0", 6, removable(two), 1)));
        }
        settle();
        assertEquals(two, target.instances());
        late.stop(stopOrder("a-2", 8, removable(two), 1));
        awaitRunning(target, 1);
        refused(() -> target.start(startOrder(target, "a-3", 7, 2, 1)));
        settle();
        assertEquals(1, target.instances().size());
    }

    private static void refused(org.junit.jupiter.api.function.Executable call) {
        ScalingTargetException refusal = assertThrows(ScalingTargetException.class, call);
        assertTrue(refusal.isLasting(), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("token"), refusal.getMessage());
    }

    @Test
    void aStartThatFailsIsTold() throws Exception {
        ScalingTarget target = openFailing();
        StartOrder order = startOrder(target, "a-1", 7, 1, 1);
        ScalingTargetException failed = assertThrows(ScalingTargetException.class, () -> target.start(order));
        assertFalse(failed.getMessage().isBlank());
        settle();
        assertTrue(
                open().instances().stream().noneMatch(instance -> instance.state() == State.RUNNING),
                () -> "it runs, and " + failed);
        open().start(order);
        awaitRunning(open(), 1);
    }

    @Test
    void anInterruptIsHeardAndTheOrderMayComeAgain() throws Exception {
        ScalingTarget target = open();
        StartOrder order = startOrder(target, "a-1", 7, 2, 2);
        interrupted(() -> target.start(order));
        open().start(order);
        List<Instance> two = awaitRunning(target, 2);
        StopOrder stop = stopOrder("a-2", 7, removable(two), 1);
        interrupted(() -> target.stop(stop));
        open().stop(stop);
        awaitRunning(target, 1);
        interrupted(target::instances);
    }

    private static void interrupted(org.junit.jupiter.api.function.Executable call) throws Exception {
        Thread.currentThread().interrupt();
        boolean thrown = false;
        try {
            call.execute();
        } catch (InterruptedException heard) {
            thrown = true;
        } catch (Throwable other) {
            throw new AssertionError("in place of an InterruptedException", other);
        } finally {
            // Who was through without noticing leaves the interrupt to its caller.
            assertTrue(Thread.interrupted() ^ thrown, "the interrupt was swallowed, or told twice");
        }
    }

    @Test
    void whoCanRemoveOnlyTheHighestRefusesOthers() throws Exception {
        ScalingTarget target = open();
        Assumptions.assumeTrue(target.capabilities().removal() == Removal.HIGHEST_ORDINAL);
        target.start(startOrder(target, "a-1", 7, 3, 3));
        List<Instance> three = awaitRunning(target, 3);
        String lowest = three.stream()
                .map(Instance::node)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        ScalingTargetException refusal =
                assertThrows(ScalingTargetException.class, () -> target.stop(stopOrder("a-2", 7, lowest, 2)));
        assertTrue(refusal.isLasting(), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(removable(three)), refusal.getMessage());
        settle();
        assertEquals(three, target.instances());
    }
}
