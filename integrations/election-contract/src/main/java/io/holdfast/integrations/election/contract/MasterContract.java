package io.holdfast.integrations.election.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.integrations.election.contract.ElectionFixture.Power;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What is asked of an engine about the master, by the builder's {@code onMaster} and {@code onSlave}: it is a role like any other,
 * but for who runs its callbacks. Not asked of an engine whose servers are the nodes, since there a server is master, too.
 */
abstract class MasterContract extends ContractNodes {
    private static final String MASTER = ElectionEngine.MASTER;

    private void runAsMaster(String id, int priority) {
        assumeTrue(fixture.isApart(), "the engine's own servers may be master here");
        AtomicReference<Journal.Entry> held = new AtomicReference<>();
        HaCluster cluster = fixture.node(id)
                .onMaster(grant -> held.set(journal.begin(id, grant)))
                .onSlave(reason -> journal.end(held.get()))
                .stopWithin(STOP_WITHIN)
                .masterPriority(priority)
                .start();
        nodes.put(id, cluster);
    }

    private boolean isMasterFor(String asked, String master) {
        return node(asked)
                .master()
                .filter(holder -> holder.nodeId().equals(master))
                .isPresent();
    }

    /** As soon as the master knows of the other, which it may not yet. */
    private RoleHolder transfer(String from, String to) throws Exception {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (true) {
            try {
                return within(node(from).transferMastership(to));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof NotAvailableException) || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
        }
    }

    @Test
    void oneNodeIsMasterAndAllKnowIt() throws Exception {
        for (String id : List.of("node-1", "node-2", "node-3")) {
            runAsMaster(id, 0);
        }
        awaitHolder(MASTER);
        for (String id : nodes.keySet()) {
            awaitTrue(id + " to know the master", () -> isMasterFor(id, journal.last(MASTER).node));
        }
        awaitKept(MASTER, "", fixture.lease().multipliedBy(2));
    }

    /** That the old master's onSlave has returned before the new one's onMaster runs is looked at by the journal. */
    @Test
    void mastershipIsTransferredToTheNodeThatIsNamed() throws Exception {
        for (String id : List.of("node-1", "node-2", "node-3")) {
            runAsMaster(id, 0);
        }
        Journal.Entry now = awaitHolder(MASTER);
        for (String to : List.of("node-1", "node-2", "node-3", "node-1")) {
            if (!to.equals(now.node)) {
                RoleHolder holder = transfer(now.node, to);
                assertEquals(to, holder.nodeId());
                assertTrue(holder.token().compareTo(now.grant.token()) > 0);
                Journal.Entry next = awaitHolder(MASTER, to);
                assertTrue(next.beganNanos - now.endedNanos >= 0);
                now = next;
            }
        }
        assertNotEquals(now.node, transfer(now.node, "").nodeId());
    }

    @Test
    void mastershipIsNotTransferredToANodeThatIsNotThere() throws Exception {
        runAsMaster("node-1", 0);
        Journal.Entry first = awaitHolder(MASTER, "node-1");
        for (String to : List.of("node-2", "")) {
            ExecutionException refused = assertThrows(
                    ExecutionException.class, () -> within(node("node-1").transferMastership(to)));
            assertInstanceOf(NotAvailableException.class, refused.getCause());
        }
        assertTrue(first.grant.isValid(), "nothing has changed");
        assertFalse(first.ended);
    }

    /** Every node stands for it, and one without callbacks has nothing to begin. */
    @Test
    void aNodeWithoutCallbacksIsMasterAsWell() throws Exception {
        runAsMaster("node-1", 0);
        Journal.Entry first = awaitHolder(MASTER, "node-1");
        run("node-2");
        RoleHolder holder = transfer("node-1", "node-2");
        assertEquals("node-2", holder.nodeId());
        assertTrue(first.ended);
        awaitTrue("node-1 to know the master", () -> isMasterFor("node-1", "node-2"));
        assertEquals("node-1", transfer("node-2", "node-1").nodeId());
        assertTrue(awaitHolder(MASTER, "node-1").grant.token().compareTo(holder.token()) > 0);
    }

    @Test
    void stoppingTheMasterGivesItToAnother() throws Exception {
        runAsMaster("node-1", 0);
        Journal.Entry first = awaitHolder(MASTER, "node-1");
        runAsMaster("node-2", 0);
        nodes.remove("node-1").stop();
        assertTrue(first.ended, "its onSlave has returned");
        Journal.Entry second = awaitHolder(MASTER, "node-2");
        assertTrue(second.grant.token().compareTo(first.grant.token()) > 0);
    }

    @Test
    void aMasterThatIsCutOffEndsBeforeTheNextBegins() throws Exception {
        needs(Power.CUT);
        runAsMaster("node-1", 0);
        Journal.Entry first = awaitHolder(MASTER, "node-1");
        runAsMaster("node-2", 0);
        awaitTrue("node-2 to know the master", () -> isMasterFor("node-2", "node-1"));
        fixture.cut("node-1");
        Journal.Entry second = awaitHolder(MASTER, "node-2");
        assertTrue(first.ended);
        assertTrue(second.grant.token().compareTo(first.grant.token()) > 0);
        fixture.heal("node-1");
        awaitTrue("node-1 to know the master", () -> isMasterFor("node-1", "node-2"));
    }

    @Test
    void theHighestPriorityBecomesMasterAndStays() throws Exception {
        assumeTrue(
                fixture.calm().compareTo(ElectionEngineContract.LONGEST_CALM) <= 0,
                "a role stays with its holder for " + fixture.calm());
        runAsMaster("node-1", 0);
        Journal.Entry first = awaitHolder(MASTER, "node-1");
        runAsMaster("node-2", 5);
        runAsMaster("node-3", 10);
        awaitHolder(MASTER, "node-3");
        assertTrue(first.ended);
        awaitKept(MASTER, "node-3", fixture.calm().multipliedBy(2));
    }
}
