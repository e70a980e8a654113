package io.holdfast.replication.roles;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.roles.RoleCommand.Enlist;
import io.holdfast.replication.roles.RoleCommand.Leave;
import io.holdfast.replication.roles.RoleCommand.Release;
import io.holdfast.replication.roles.RoleCommand.Renew;
import io.holdfast.replication.roles.RoleCommand.Stand;
import io.holdfast.replication.roles.RoleCommand.Withdraw;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RoleTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long LEASE = 4 * SECOND;
    private static final long DEAD = LEASE + LEASE / 4;
    private static final long STOP_WITHIN = 2 * SECOND;
    /** By others' clocks. */
    private static final long STOPPED = STOP_WITHIN + STOP_WITHIN / 4;

    private RoleTable table = new RoleTable();
    private final Map<String, Long> generations = new TreeMap<>();
    private long index;
    private long now = SECOND;

    private long apply(RoleCommand command) {
        index++;
        table.passTime(index, now);
        return ByteBuffer.wrap(table.apply(index, now, ByteBuffer.wrap(command.encode())))
                .getLong();
    }

    private long generation(String node) {
        return generations.getOrDefault(node, 0L);
    }

    private static UUID disk(String node) {
        return new UUID(7, node.hashCode());
    }

    private void enlist(String... nodes) {
        for (String node : nodes) {
            generations.put(node, apply(new Enlist(node, table.generationOf(node), disk(node), LEASE, 0)));
        }
    }

    private void stand(String node, String role) {
        stand(node, role, 0);
    }

    private void stand(String node, String role, int priority) {
        assertTrue(0 < apply(new Stand(node, generation(node), role, priority, STOP_WITHIN)));
    }

    private long renew(String node, int health) {
        return apply(new Renew(node, generation(node), health));
    }

    /** All but those named live on for so long. */
    private void live(long nanos, String... dead) {
        long end = now + nanos;
        while (now < end) {
            now += Math.min(SECOND / 2, end - now);
            for (String node : generations.keySet()) {
                if (!java.util.List.of(dead).contains(node)) {
                    renew(node, 0);
                }
            }
        }
    }

    private RoleView role(String name) {
        return table.role(name).orElseThrow();
    }

    /** The holder does as it is asked, role after role. */
    private int moveAll() {
        int moves = 0;
        while (true) {
            RoleView asked = table.all().stream()
                    .filter(role -> !role.wanted().isEmpty())
                    .findFirst()
                    .orElse(null);
            if (asked == null) {
                return moves;
            }
            apply(new Release(asked.holder(), generation(asked.holder()), asked.role(), asked.token(), "", 0));
            moves++;
        }
    }

    private Map<String, Integer> held() {
        Map<String, Integer> held = new TreeMap<>();
        table.all().forEach(role -> held.merge(role.holder(), 1, Integer::sum));
        return held;
    }

    @Test
    void whoGivesARoleUpDoesNotGetItBackWhileAnotherIsAsWellOff() {
        enlist("node-1", "node-2", "node-3");
        for (int i = 0; i < 20; i++) { // whomever the name alone would prefer
            String name = "invoices-" + i;
            stand("node-1", name);
            stand("node-2", name, 5);
            stand("node-3", name);
            for (int hand = 0; hand < 6; hand++) {
                RoleView before = role(name);
                apply(new Release(before.holder(), generation(before.holder()), name, before.token(), "", 0));
                assertNotEquals(before.holder(), role(name).holder(), name);
            }
        }
    }

    @Test
    void aRoleThatWasGivenUpIsNotMovedBackAtOnceForAnEvenSpread() {
        enlist("node-1", "node-2");
        for (String name : java.util.List.of("invoices", "reports")) {
            stand("node-1", name);
            stand("node-2", name);
        }
        live(40 * SECOND);
        moveAll();
        assertEquals(Map.of("node-1", 1, "node-2", 1), held());
        String given = table.all().stream()
                .filter(each -> each.holder().equals("node-1"))
                .findFirst()
                .orElseThrow()
                .role();
        apply(new Release("node-1", generation("node-1"), given, role(given).token(), "", 0));
        assertEquals(Map.of("node-2", 2), held());
        live(20 * SECOND);
        assertEquals("", role(given).wanted());
        live(20 * SECOND);
        assertEquals(1, moveAll(), "later, it may be");
    }

    @Test
    void whoGivesARoleUpGetsItBackIfTheOthersAreWorseOff() {
        enlist("node-1", "node-2");
        stand("node-1", "invoices");
        stand("node-2", "invoices");
        renew("node-2", 2);
        RoleView before = role("invoices");
        assertEquals("node-1", before.holder());
        apply(new Release("node-1", generation("node-1"), "invoices", before.token(), "", 0));
        assertEquals("node-1", role("invoices").holder());
        assertTrue(role("invoices").token() > before.token());
    }

    @Test
    void theFirstToStandHoldsIt() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail");
        assertEquals("a", role("mail").holder());
        assertEquals(generation("a"), role("mail").generation());
    }

    @Test
    void whoWithdrawsGivesItToTheNextWithALargerToken() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail");
        long first = role("mail").token();
        apply(new Withdraw("a", generation("a"), "mail"));
        assertEquals("b", role("mail").holder());
        assertTrue(role("mail").token() > first);
    }

    @Test
    void tokensRiseAlsoWhenARoleHadBeenForgotten() {
        enlist("a");
        stand("a", "mail");
        long first = role("mail").token();
        apply(new Withdraw("a", generation("a"), "mail"));
        assertTrue(table.role("mail").isEmpty());
        stand("a", "mail");
        assertTrue(role("mail").token() > first);
    }

    @Test
    void theDeadOnesRoleIsFreeAfterLeaseDriftAndItsTimeForStopping() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail");
        renew("a", 0);
        long last = now;
        live(DEAD + STOPPED - SECOND / 2, "a");
        assertEquals("", role("mail").holder());
        live(SECOND / 2, "a");
        assertEquals("b", role("mail").holder());
        assertEquals(last + DEAD + STOPPED, now);
        assertEquals(0, renew("a", 0), "a is told that it was taken for dead");
    }

    @Test
    void timeAloneIsEnough() {
        enlist("a", "b");
        stand("a", "mail");
        now += DEAD;
        assertTrue(table.isDue(now));
        table.passTime(++index, now);
        assertEquals("", role("mail").holder());
        assertTrue(!table.isDue(now), "nobody stands for it, so there is nothing to wait for");
    }

    @Test
    void aProcessThatBeginsAnewOnTheSameDiskFreesAllAtOnce() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail");
        long before = generation("a");
        enlist("a");
        assertEquals("b", role("mail").holder());
        assertEquals(0, apply(new Renew("a", before, 0)), "its former self is nobody any more");
        assertEquals(0, apply(new Stand("a", before, "mail", 0, STOP_WITHIN)));
        assertTrue(renew("a", 0) > 0);
    }

    @Test
    void anEnlistmentThatComesLateIsRefused() {
        enlist("a", "b");
        long before = generation("a");
        enlist("a");
        stand("a", "mail");
        assertEquals(0, apply(new Enlist("a", 0, disk("a"), LEASE, 0)), "of a process before the last");
        assertEquals(0, apply(new Enlist("a", before, disk("a"), LEASE, 0)));
        assertEquals("a", role("mail").holder());
    }

    @Test
    void aRoleThatNobodyStandsForIsForgottenByTimeAloneAndByAllAlike() throws IOException {
        enlist("a", "b");
        stand("a", "mail");
        live(DEAD, "a");
        RoleTable other = new RoleTable();
        other.restore(RoleSnapshot.VERSION, new ByteArrayInputStream(table.snapshot()));
        for (int i = 0; i < 8; i++) {
            now += SECOND;
            index++;
            table.passTime(index, now);
            other.passTime(index, now);
            assertArrayEquals(table.snapshot(), other.snapshot(), "after " + i + " s");
        }
        assertTrue(table.role("mail").isEmpty());
    }

    @Test
    void anotherDiskUnderTheSameNameProvesNothing() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail");
        generations.put("a", apply(new Enlist("a", generation("a"), new UUID(8, 8), LEASE, 0)));
        assertEquals("", role("mail").holder());
        live(DEAD + STOPPED - SECOND / 2);
        assertEquals("", role("mail").holder());
        live(SECOND / 2);
        assertEquals("b", role("mail").holder());
    }

    @Test
    void aReleaseOfAnEarlierGrantIsIgnored() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail");
        long first = role("mail").token();
        apply(new Release("a", generation("a"), "mail", first, "b", 0));
        assertEquals("b", role("mail").holder());
        long second = role("mail").token();
        apply(new Release("b", generation("b"), "mail", second, "a", 0));
        apply(new Release("a", generation("a"), "mail", first, "b", 0)); // said again
        assertEquals("a", role("mail").holder());
        assertTrue(role("mail").token() > second);
    }

    @Test
    void whoPausesHasItAgainOnlyIfNobodyElseStands() {
        enlist("a", "b");
        stand("a", "mail", 5);
        apply(new Release("a", generation("a"), "mail", role("mail").token(), "", 10 * SECOND));
        assertEquals("a", role("mail").holder(), "there is nobody else");
        apply(new Release("a", generation("a"), "mail", role("mail").token(), "", 10 * SECOND));
        apply(new Withdraw("a", generation("a"), "mail"));
        stand("b", "mail");
        stand("a", "mail", 5);
        apply(new Release("b", generation("b"), "mail", role("mail").token(), "", 10 * SECOND));
        assertEquals("a", role("mail").holder());
    }

    @Test
    void whoLeavesHoldsNothingMore() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail");
        apply(new Leave("a", generation("a")));
        assertEquals("b", role("mail").holder());
    }

    @Test
    void twoHundredRolesAreSpreadEvenly() {
        enlist("a", "b", "c");
        for (int i = 0; i < 200; i++) {
            for (String node : generations.keySet()) {
                stand(node, "role-" + i);
            }
        }
        live(4 * SECOND);
        moveAll();
        held().forEach((node, count) -> assertTrue(count == 66 || count == 67, held().toString()));
    }

    @Test
    void whoComesLaterIsGivenItsShareOneByOne() {
        enlist("a");
        for (int i = 0; i < 200; i++) {
            stand("a", "role-" + i);
        }
        enlist("b", "c");
        for (int i = 0; i < 200; i++) {
            stand("b", "role-" + i);
            stand("c", "role-" + i);
        }
        assertEquals(Map.of("a", 200), held());
        assertEquals(0, moveAll(), "not before they have been there for a while");
        live(3 * SECOND);
        assertEquals(133, moveAll());
        held().forEach((node, count) -> assertTrue(count == 66 || count == 67, held().toString()));
        live(120 * SECOND);
        assertEquals(0, moveAll(), "and that is that");
    }

    @Test
    void aDeathMovesTheDeadOnesRolesAndNoOther() {
        twoHundredRolesAreSpreadEvenly();
        Map<String, String> before = new TreeMap<>();
        table.all().forEach(role -> before.put(role.role(), role.holder()));
        live(DEAD + STOPPED + SECOND, "b");
        table.all().forEach(role -> {
            assertTrue(!role.holder().equals("b") && !role.holder().isEmpty());
            if (!before.get(role.role()).equals("b")) {
                assertEquals(before.get(role.role()), role.holder());
            }
        });
        held().forEach((node, count) -> assertEquals(100, count));
    }

    @Test
    void aRoleLeavesAnUnhealthyHolderAndDoesNotComeBackAtOnce() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail");
        live(4 * SECOND);
        renew("a", 2);
        assertEquals("", role("mail").wanted(), "it has to last");
        for (int i = 0; i < 8; i++) {
            now += SECOND / 2;
            renew("a", 2);
            renew("b", 0);
        }
        assertEquals("b", role("mail").wanted());
        moveAll();
        assertEquals("b", role("mail").holder());
        live(25 * SECOND);
        renew("b", 1);
        assertEquals("b", role("mail").holder());
        assertEquals("", role("mail").wanted());
        for (int i = 0; i < 20; i++) {
            now += SECOND / 2;
            renew("b", 1);
            renew("a", 0);
        }
        assertEquals("a", role("mail").wanted(), "after half a minute it may");
    }

    @Test
    void anUnhealthyHolderKeepsItWhereNobodyIsHealthier() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail");
        for (int i = 0; i < 200; i++) {
            now += SECOND / 2;
            renew("a", 2);
            renew("b", 2);
        }
        assertEquals("a", role("mail").holder());
        assertEquals("", role("mail").wanted());
    }

    @Test
    void aPreferredNodeIsGivenItAfterAWhile() {
        enlist("a", "b");
        stand("a", "mail");
        stand("b", "mail", 3);
        live(29 * SECOND);
        assertEquals("", role("mail").wanted());
        live(2 * SECOND);
        assertEquals("b", role("mail").wanted());
    }

    @Test
    void aHolderThatDoesNotAnswerIsAskedAnotherTimeAndOthersMeanwhile() {
        enlist("a");
        for (String role : new String[] {"r1", "r2", "r3", "r4"}) {
            stand("a", role);
        }
        enlist("b");
        for (String role : new String[] {"r1", "r2", "r3", "r4"}) {
            stand("b", role);
        }
        live(4 * SECOND);
        assertEquals("b", role("r1").wanted());
        live(2 * LEASE + STOP_WITHIN + SECOND);
        assertEquals(
                1, table.all().stream().filter(role -> !role.wanted().isEmpty()).count(), "one at a time");
    }

    @Test
    void aSnapshotHoldsEverything() throws IOException {
        twoHundredRolesAreSpreadEvenly();
        renew("a", 2);
        live(SECOND);
        RoleTable other = new RoleTable();
        other.restore(RoleSnapshot.VERSION, new ByteArrayInputStream(table.snapshot()));
        assertArrayEquals(table.snapshot(), other.snapshot());
        assertEquals(table.hash(), other.hash());
        // And it goes on in the same way.
        RoleTable first = table;
        long at = now;
        long from = index;
        live(DEAD + STOPPED + SECOND, "b");
        table = other;
        now = at;
        index = from;
        live(DEAD + STOPPED + SECOND, "b");
        assertArrayEquals(first.snapshot(), other.snapshot());
    }

    @Test
    void aDamagedSnapshotChangesNothing() {
        enlist("a");
        stand("a", "mail");
        byte[] before = table.snapshot();
        assertThrows(IOException.class, () -> table.restore(2, new ByteArrayInputStream(before)), "of a later release");
        assertThrows(IOException.class, () -> table.restore(1, new ByteArrayInputStream(before, 0, before.length - 1)));
        assertArrayEquals(before, table.snapshot());
    }

    /** A change here is a change of the log's format. */
    @Test
    void commandsHaveGoldenBytes() {
        Map<RoleCommand, String> golden = new LinkedHashMap<>();
        golden.put(
                new Enlist("a", 9, new UUID(1, 2), 3, 1),
                "010161" + "0000000000000009" + "00000000000000010000000000000002" + "0000000000000003" + "01");
        golden.put(new Renew("a", 4, 2), "020161" + "0000000000000004" + "02");
        golden.put(new Stand("a", 4, "r", -5, 6), "030161" + "0000000000000004" + "0172" + "fb" + "0000000000000006");
        golden.put(new Withdraw("a", 4, "r"), "040161" + "0000000000000004" + "0172");
        golden.put(
                new Release("a", 4, "r", 7, "b", 8),
                "050161" + "0000000000000004" + "0172" + "0000000000000007" + "0162" + "0000000000000008");
        golden.put(new Leave("a", 4), "060161" + "0000000000000004");
        assertEquals(RoleCommand.class.getPermittedSubclasses().length, golden.size());
        golden.forEach((command, hex) -> {
            assertEquals(hex, HexFormat.of().formatHex(command.encode()), command.toString());
            assertEquals(
                    command, RoleCommand.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex))));
        });
    }

    @Test
    void malformedCommandsChangeNothing() {
        enlist("a");
        stand("a", "mail");
        byte[] before = table.snapshot();
        byte[] whole = new Release("a", generation("a"), "mail", 7, "b", 8).encode();
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
            assertThrows(IllegalArgumentException.class, () -> table.apply(9, now, cut));
        }
        for (String hex : new String[] {"070161", "0100", "020161000000000000000403", "02016100000000000000040000"}) {
            ByteBuffer bad = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
            assertThrows(IllegalArgumentException.class, () -> table.apply(9, now, bad), hex);
        }
        assertArrayEquals(before, table.snapshot());
    }
}
