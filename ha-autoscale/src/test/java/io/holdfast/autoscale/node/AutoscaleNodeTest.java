package io.holdfast.autoscale.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Autoscaling;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.ScalingPolicy;
import io.holdfast.autoscale.Wish;
import io.holdfast.core.FencingToken;
import io.holdfast.core.Member;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.MemberState;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.TooLargeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AutoscaleNodeTest {
    private final HandNode host = new HandNode();
    private final HandTarget target = new HandTarget();
    private ScalingPolicy policy = view -> Wish.nodes("fixed", 1, "so");

    private AutoscaleNode started() {
        AutoscaleNode node = (AutoscaleNode) Autoscaling.on(target)
                .between(1, 3)
                .policy(view -> policy.wish(view))
                .withoutJvmLoads()
                .load(Load.IN_FLIGHT, () -> {
                    throw new NoClassDefFoundError("com/example/Server");
                })
                .create(host);
        node.open();
        node.start();
        return node;
    }

    private String kept() {
        return new String(host.log.record.orElse(new byte[0]), StandardCharsets.UTF_8);
    }

    private static Throwable failure(CompletableFuture<?> answer) {
        assertTrue(answer.isDone(), "it is answered");
        return assertThrows(CompletionException.class, answer::join).getCause();
    }

    static Stream<Supplier<@Nullable List<Instance>>> nonsense() {
        return Stream.of(
                () -> {
                    throw new NoSuchMethodError("com.example.Cloud.list()");
                },
                () -> {
                    throw new StackOverflowError();
                },
                () -> null,
                () -> Arrays.asList(HandTarget.running("node-2"), null),
                () -> List.of(new Instance(null, Instance.State.RUNNING, "")),
                () -> List.of(HandTarget.running("node-2"), HandTarget.running("node-2")));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void aTargetThatAnswersNonsenseIsShownAndAskedAgain(Supplier<@Nullable List<Instance>> wrong) {
        AutoscaleNode node = started();
        host.runtime.seconds(5);
        assertEquals("", node.status().trouble(), "it works until then");
        target.instances = wrong;
        host.runtime.seconds(60);
        assertTrue(node.status().decides());
        assertFalse(node.status().trouble().isEmpty());
        assertTrue(host.health.startsWith("autoscale DEGRADED: the target hand fails: "), host.health);

        target.instances = () -> List.of(HandTarget.running(HandNode.ID));
        host.runtime.seconds(180);
        assertEquals("", node.status().trouble());
        assertEquals("", host.health);
    }

    @Test
    void anOutOfMemoryIsNotHidden() {
        started();
        target.instances = () -> {
            throw new OutOfMemoryError("no more");
        };
        assertThrows(OutOfMemoryError.class, () -> host.runtime.seconds(10));
    }

    @Test
    void anOrderIsNotGivenAnyMoreWhenAnotherNodeDecides() {
        started();
        host.runtime.seconds(10);
        int looks = target.looks;
        host.runtime.worker("scaling-target").hangs = true;
        host.runtime.seconds(60);
        assertFalse(host.runtime.worker("scaling-target").tasks.isEmpty(), "it waits for its turn");

        host.log.master = Optional.of(new RoleHolder("node-2", FencingToken.of(0, 6)));
        host.runtime.worker("scaling-target").hangs = false;
        host.runtime.run();
        assertEquals(looks, target.looks);
    }

    /** The node that was to be stopped is there after all when the target comes to it: found by seed 1789. */
    @Test
    void anOrderToStopIsNotGivenAnyMoreWhenTheNodeIsBack() {
        policy = view -> Wish.nodes("fixed", 2, "so");
        started();
        host.runtime.seconds(2);
        target.instances = () -> List.of(HandTarget.running(HandNode.ID), HandTarget.running("node-2"));
        host.runtime.seconds(290);
        assertEquals(List.of("start-5-1"), target.orders);
        host.runtime.worker("scaling-target").hangs = true;
        host.runtime.seconds(30);
        assertTrue(kept().contains("replace-5-2"), "it has not come up in time");

        Node node = Node.of("node-2").bind("127.0.0.1:7401");
        host.others.put("node-2", new Member(node, MemberState.ALIVE, MemberFacts.NONE, 1));
        host.runtime.seconds(5);
        host.runtime.worker("scaling-target").hangs = false;
        host.runtime.run();
        assertFalse(target.orders.contains("replace-5-2"), target.orders.toString());
    }

    /** From who decides, by what there is, what is wanted and what is begun, to the order: none of it waits for a full second. */
    @Test
    void whatFollowsOnWhatWasKeptOrAnsweredIsDoneSoon() {
        policy = view -> Wish.nodes("fixed", 2, "so");
        started();
        host.runtime.seconds(2);
        assertEquals(List.of("start-5-1"), target.orders);
    }

    /** A target that says the same over and over is not asked more often for it. */
    @Test
    void whatIsAnsweredIsNotAskedForAgainSoon() {
        started();
        host.runtime.seconds(10);
        int looks = target.looks;
        int writes = host.log.writes;
        host.runtime.seconds(60);
        assertEquals(12, target.looks - looks, "every five seconds");
        assertEquals(4, host.log.writes - writes, "every fifteen seconds");
    }

    @Test
    void aPauseIsAnsweredWhenItIsKept() {
        AutoscaleNode node = started();
        host.runtime.seconds(5);
        host.log.answers = false;
        CompletableFuture<Void> paused = node.pause("Ann");
        host.runtime.run();
        assertFalse(paused.isDone(), "the log has not said that it is kept");
        host.log.answerLate();
        host.runtime.run();
        assertTrue(paused.isDone());
        paused.join();
        assertTrue(kept().contains("\"pausedBy\":\"Ann\""), kept());

        CompletableFuture<Void> again = node.pause("Ann");
        host.runtime.run();
        again.join();
    }

    @Test
    void aPauseWhileSomethingElseIsBeingKeptWaitsForItsOwn() {
        AutoscaleNode node = started();
        host.runtime.seconds(5);
        host.log.answers = false;
        CompletableFuture<Void> paused = node.pause("Ann");
        host.runtime.run();
        CompletableFuture<Void> resumed = node.resume();
        host.runtime.run();
        host.log.answerLate();
        host.runtime.run();
        paused.join();
        assertFalse(resumed.isDone(), "what was kept has it paused");
        host.runtime.seconds(1);
        host.log.answerLate();
        host.runtime.run();
        resumed.join();
        assertTrue(kept().contains("\"pausedBy\":\"\""), kept());
    }

    @Test
    void aPauseFailsWhenAnotherNodeDecidesBeforeItIsKept() {
        AutoscaleNode node = started();
        host.runtime.seconds(5);
        host.log.answers = false;
        CompletableFuture<Void> paused = node.pause("Ann");
        host.runtime.run();
        host.log.master = Optional.of(new RoleHolder("node-2", FencingToken.of(0, 6)));
        host.runtime.seconds(1);
        assertInstanceOf(NotAvailableException.class, failure(paused));
    }

    @Test
    void aPauseIsAnsweredWhateverHangs() {
        AutoscaleNode node = started();
        host.runtime.seconds(5);
        host.runtime.worker("scaling").hangs = true; // as a policy may
        CompletableFuture<Void> paused = node.pause("Ann");
        host.runtime.seconds(9);
        assertFalse(paused.isDone());
        host.runtime.seconds(1);
        assertInstanceOf(NotAvailableException.class, failure(paused));
        host.runtime.worker("scaling").hangs = false;
        host.runtime.run();
        assertEquals("", node.status().pausedBy(), "it is not paused behind the back of who was told that it failed");

        host.runtime.worker("scaling").hangs = true;
        CompletableFuture<Void> last = node.pause("Ann");
        node.close();
        assertInstanceOf(NotAvailableException.class, failure(last));
        assertInstanceOf(NotAvailableException.class, failure(node.pause("Ann")));
    }

    @Test
    void whatHangsHoldsUpOneTaskAndNotOneASecond() {
        started();
        host.runtime.seconds(5);
        host.runtime.worker("scaling").hangs = true;
        host.runtime.worker("scaling-load").hangs = true;
        host.runtime.seconds(100);
        assertEquals(1, host.runtime.worker("scaling").tasks.size());
        assertEquals(1, host.runtime.worker("scaling-load").tasks.size());
    }

    @Test
    void aLogThatNeverAnswersIsShownAndAskedAnew() {
        AutoscaleNode node = started();
        host.runtime.seconds(5);
        host.log.answers = false;
        host.runtime.seconds(50);
        assertTrue(host.health.contains("the log did not answer"), host.health);
        assertTrue(node.status().trouble().contains("the log did not answer"));
        assertTrue(node.explain().get(0).toString().contains("the log did not answer"));
        assertTrue(node.inspect().get("recordTrouble").toString().contains("the log did not answer"));

        host.log.answers = true;
        host.runtime.seconds(60);
        assertEquals("", host.health);
        assertTrue(node.status().decides());
    }

    @Test
    void aRecordThatCannotBeReadIsReadAgainMoreAndMoreRarely() {
        host.log.record = Optional.of("{\"format\":99}".getBytes(StandardCharsets.UTF_8));
        AutoscaleNode node = started();
        host.runtime.seconds(10 * 60);
        assertTrue(host.log.reads < 15, host.log.reads + " reads");
        assertTrue(host.log.reads > 6, host.log.reads + " reads");
        assertFalse(node.status().decides());
        assertTrue(host.health.contains("the record of scaling in the log cannot be read"), host.health);
        assertEquals(0, host.log.writes, "what another version wrote is kept");

        host.log.master = Optional.of(new RoleHolder("node-2", FencingToken.of(0, 6)));
        host.runtime.seconds(1);
        assertEquals("", host.health, "it is the other's now");
    }

    @Test
    void aRecordThatTheLogDoesNotTakeIsSaidSo() {
        AutoscaleNode node = started();
        host.runtime.seconds(5);
        host.log.writesFail = new TooLargeException("65536 bytes are allowed");
        host.runtime.seconds(120);
        assertTrue(node.status().trouble().contains("bytes, which the log does not take: 65536 bytes are allowed"));
        host.log.writesFail = new IllegalArgumentException("1048576 are allowed");
        host.runtime.seconds(120);
        assertTrue(node.status().trouble().contains("which the log does not take: 1048576 are allowed"));
        assertTrue(host.log.writes < 30, host.log.writes + " writes");
    }

    @Test
    void whatWasDecidedIsForgottenWhenAnotherNodeDecides() {
        AutoscaleNode node = started();
        host.runtime.seconds(20);
        assertFalse(node.decisions().isEmpty());
        host.log.master = Optional.of(new RoleHolder("node-2", FencingToken.of(0, 6)));
        host.runtime.seconds(1);
        assertEquals(List.of(), node.decisions());
    }

    @Test
    void aPolicyThatBreaksIsShown() {
        policy = view -> {
            throw new NoSuchMethodError("com.example.Forecast.next()");
        };
        AutoscaleNode node = started();
        host.runtime.seconds(20);
        assertTrue(node.decisions().get(0).reason().contains("NoSuchMethodError"));
    }

    @Test
    void withoutALogTheHolderOfTheRoleIsKnown() {
        host.hasLog = false;
        host.holder = Optional.of(new RoleHolder("node-2", FencingToken.of(0, 1)));
        AutoscaleNode node = started();
        assertEquals("node-2", node.decidesElsewhere());
    }
}
