package io.holdfast.benchmarks.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipTablesTest {
    private final List<Row> rows = new ArrayList<>();

    private void add(Contender contender, int size, String metric, double... values) {
        for (double value : values) {
            rows.add(new Row(
                    contender.system(), contender.settings(), MembershipTables.work(size), metric, value, "", 1));
        }
    }

    private MembershipTables tables() {
        return new MembershipTables(new Results(rows));
    }

    private static String line(String text, String begin) {
        return text.lines().filter(line -> line.startsWith(begin)).findFirst().orElse("no line begins with " + begin);
    }

    @Test
    void theWorstIsHeldAgainstTheGoals() {
        add(Contender.HOLDFAST, 50, "join", 20, 30, 151);
        add(Contender.HOLDFAST, 50, "SIGKILL", 0.3, 0.8);
        add(Contender.HOLDFAST, 50, "wire bytes", 999);
        add(Contender.HOLDFAST, 50, "false deaths, busy", 1);
        String bars = tables().bars().toText();
        assertTrue(line(bars, "N = 50: full view").endsWith("MISS"), bars);
        assertTrue(line(bars, "N = 50: SIGKILL").endsWith("PASS"), bars);
        assertTrue(line(bars, "N = 50: idle bytes").endsWith("PASS"), bars);
        assertTrue(line(bars, "N = 50: false deaths").endsWith("MISS"), bars);
        assertTrue(line(bars, "N = 50: SIGSTOP").startsWith("no line"), "nothing was measured");
    }

    @Test
    void mediansAreComparedAndJoinsOfJGroupsAreNotHeldAgainstIt() {
        for (Contender contender : Contender.ALL) {
            add(contender, 10, "join", contender.equals(Contender.HOLDFAST) ? 60 : 30);
            add(contender, 10, "threads", 2);
            add(contender, 10, "SIGKILL", contender.equals(Contender.HOLDFAST) ? 0.3 : 3);
        }
        String comparison = tables().comparison().toText();
        assertTrue(line(comparison, "N = 10: from before a start").matches(".* 2.00 MISS +2.00 +2.00"), comparison);
        assertTrue(line(comparison, "N = 10: threads ").endsWith("1.00 even"), comparison);
        assertTrue(line(comparison, "N = 10: SIGKILL").matches(".* 0.10 PASS +0.10 PASS +0.10 PASS"), comparison);
    }

    @Test
    void whatNeverHappenedIsSaid() {
        add(Contender.HOLDFAST, 10, "join", 60);
        add(Contender.JGROUPS, 10, "join", 30);
        add(Contender.JGROUPS, 10, "join, not within a minute", 60_000);
        String figures = tables().figures(10).toText();
        assertTrue(figures.contains("30.0, or not"), figures);
    }

    @Test
    void tablesOfNothingAreEmpty() {
        assertTrue(tables().isEmpty() && tables().bars().isEmpty());
        assertEquals("N=10", MembershipTables.work(10));
    }
}
