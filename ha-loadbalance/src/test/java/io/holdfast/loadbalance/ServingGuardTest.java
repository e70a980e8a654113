package io.holdfast.loadbalance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateContents;
import io.holdfast.core.spi.StateCut;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ServingGuardTest {
    private final Node node = new Node();
    private final ServingGuard guard = ServingGuard.of(node, "node-1");

    /** What the node would say. */
    private static final class Node implements ReplicatedState {
        private RoleHolder master = new RoleHolder("node-2", FencingToken.of(0, 5));
        private String whyNot = "";
        private boolean silent;
        /** It does not know yet that it no longer is. */
        private boolean wasMaster;

        private final List<Bound> asked = new ArrayList<>();

        @Override
        public Optional<RoleHolder> announcedMaster() {
            return Optional.of(master);
        }

        @Override
        public void onMaster(Runnable listener) {}

        @Override
        public boolean isMaster() {
            return wasMaster || master.nodeId().equals("node-1");
        }

        @Override
        public long position() {
            return 17;
        }

        @Override
        public Optional<String> logId() {
            return Optional.empty();
        }

        @Override
        public CompletionStage<StateCut> cut(Duration limit) {
            return CompletableFuture.failedFuture(new NotAvailableException("there is no state here"));
        }

        @Override
        public StateContents contents() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<LogPart> logAfter(long index, int maxBytes, Duration limit) {
            return CompletableFuture.failedFuture(new NotAvailableException("there is no log here"));
        }

        @Override
        public CompletionStage<Void> confirm(Bound bound, Duration limit) {
            asked.add(bound);
            if (silent) {
                return new CompletableFuture<>();
            }
            return whyNot.isEmpty()
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(new NotAvailableException(whyNot));
        }
    }

    private ServingGuard.Verdict check(Map<String, String> headers) {
        return guard.checkNow(headers::get);
    }

    @Test
    void whatAsksForNothingIsServed() {
        assertTrue(check(Map.of()).served());
        assertEquals(List.of(), node.asked);
        assertEquals("17", guard.position());
    }

    @Test
    @Timeout(30)
    void aNodeThatSaysNothingBlocksNobodyForEver() {
        node.silent = true;
        assertFalse(guard.waiting(Duration.ofMillis(1))
                .checkNow(Map.of(RoutingHeaders.AT_LEAST, "1")::get)
                .served());
    }

    @Test
    void whoHasHeardOfALaterMasterServesNoneOfAnEarlierTerm() {
        node.wasMaster = true; // of term 4
        ServingGuard.Verdict verdict = check(Map.of(RoutingHeaders.FENCE, "4"));
        assertFalse(verdict.served());
        assertTrue(verdict.reason().contains("that is node-2"), verdict.reason());
    }

    @Test
    void aFenceIsForTheMasterAloneAndOfNoEarlierTerm() {
        ServingGuard.Verdict slave = check(Map.of(RoutingHeaders.FENCE, "5"));
        assertFalse(slave.served());
        assertEquals("node-1 is not the master; that is node-2", slave.reason());
        node.master = new RoleHolder("node-1", FencingToken.of(0, 6));
        assertTrue(check(Map.of(RoutingHeaders.FENCE, "5")).served()); // the caller has not heard of the new term
        assertTrue(check(Map.of(RoutingHeaders.FENCE, "6")).served());
        assertFalse(check(Map.of(RoutingHeaders.FENCE, "7")).served()); // this node has not
        assertEquals(List.of(), node.asked);
    }

    @Test
    void amajorityIsAskedIfWanted() {
        node.master = new RoleHolder("node-1", FencingToken.of(0, 6));
        assertTrue(guard.confirming()
                .checkNow(Map.of(RoutingHeaders.FENCE, "5")::get)
                .served());
        assertEquals(List.of(new ReplicatedState.Bound.Master(FencingToken.of(0, 5))), node.asked);
        node.whyNot = "another one is";
        assertEquals(
                "another one is",
                guard.confirming()
                        .checkNow(Map.of(RoutingHeaders.FENCE, "5")::get)
                        .reason());
    }

    @Test
    void freshnessIsTheNodesToSay() {
        Map<String, String> headers = Map.of(
                RoutingHeaders.MAX_LAG, "500", RoutingHeaders.MAX_LAG_ENTRIES, "3", RoutingHeaders.AT_LEAST, "9");
        assertTrue(check(headers).served());
        assertEquals(
                List.of(
                        new ReplicatedState.Bound.Within(Duration.ofMillis(500)),
                        new ReplicatedState.Bound.Behind(3),
                        new ReplicatedState.Bound.AtLeast(9)),
                node.asked);
        node.whyNot = "it is behind\r\nX: y";
        assertEquals("it is behind??X: y", check(headers).reason()); // it becomes a header
    }

    @Test
    void nonsenseIsRefused() {
        for (String nonsense : List.of("", "-1", "x", "99999999999999999999", "9999999999999999999")) {
            assertFalse(check(Map.of(RoutingHeaders.FENCE, nonsense)).served(), nonsense);
            assertFalse(check(Map.of(RoutingHeaders.AT_LEAST, nonsense)).served(), nonsense);
        }
    }
}
