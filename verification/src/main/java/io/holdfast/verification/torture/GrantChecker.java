package io.holdfast.verification.torture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says whether grants of roles kept what is promised of mastership: tokens rise; in an orderly hand-over the old callback has
 * ended before the new one begins; in a disorderly one, too, unless the holder's process was stopped, or its callback overran
 * what it was allowed; and the outside store took no write with a token below one that it had seen. Pure: events in, verdict
 * out.
 */
final class GrantChecker {
    /** Of a lease: a process that ran for no longer than this between two stops stood still for as long as both. */
    private static final int BLINK_OF = 20;

    private final long leaseNanos;
    private final long wakingNanos;

    /**
     * @param leaseNanos the shortest stop that can explain anything
     * @param wakingNanos for how long a process that runs again may go on with what it lost while it was stopped, further
     *     stops not counted, and how much later than it happened something is written down on a machine that is overloaded
     */
    GrantChecker(long leaseNanos, long wakingNanos) {
        this.leaseNanos = leaseNanos;
        this.wakingNanos = wakingNanos;
    }

    /**
     * What was found.
     *
     * @param grants how many
     * @param orderly how many were handed over
     * @param overlaps how many overlaps there were that a stop, or an overrun, explains
     * @param refusedWrites how many the store refused
     * @param violations what must not be, for people
     */
    record Result(int grants, int orderly, int overlaps, int refusedWrites, List<String> violations) {}

    private static final class Tenure {
        final GrantEvent begin;
        long end = Long.MAX_VALUE;
        boolean orderly;
        boolean overran;

        Tenure(GrantEvent begin) {
            this.begin = begin;
        }

        @Override
        public String toString() {
            return "token " + begin.token() + " on " + begin.node() + " [" + begin.time() + " .. "
                    + (end == Long.MAX_VALUE ? "" : end) + "]" + (orderly ? " handed over" : "")
                    + (overran ? " overran" : "");
        }
    }

    private record Stop(long from, long to) {
        boolean isOver() {
            return to != Long.MAX_VALUE;
        }
    }

    /** @param events in any order, of all nodes, of the harness and of the store */
    Result check(List<GrantEvent> events) {
        List<GrantEvent> inOrder = new ArrayList<>(events);
        inOrder.sort(Comparator.comparingLong(GrantEvent::time));
        Map<String, List<Stop>> stops = stops(inOrder);
        List<String> violations = new ArrayList<>();
        int overlaps = 0;
        int grants = 0;
        int orderly = 0;
        for (var ofRole : tenures(inOrder, violations).entrySet()) {
            List<Tenure> tenures = ofRole.getValue();
            grants += tenures.size();
            orderly += (int) tenures.stream().filter(t -> t.orderly).count();
            tokensRise(ofRole.getKey(), tenures, stops, violations);
            overlaps += overlaps(ofRole.getKey(), tenures, stops, violations);
        }
        int refused = writes(inOrder, violations);
        return new Result(grants, orderly, overlaps, refused, violations);
    }

    private Map<String, List<Stop>> stops(List<GrantEvent> events) {
        Map<String, List<Stop>> stops = new HashMap<>();
        Map<String, Long> since = new HashMap<>();
        for (GrantEvent event : events) {
            if (event.event().equals(GrantEvent.STOPPED)) {
                since.putIfAbsent(event.node(), event.time());
            } else if (event.event().equals(GrantEvent.CONTINUED)
                    || event.event().equals(GrantEvent.KILLED)) {
                Long from = since.remove(event.node());
                if (from != null) {
                    add(stops, event.node(), new Stop(from, event.time()));
                }
            }
        }
        since.forEach((node, from) -> add(stops, node, new Stop(from, Long.MAX_VALUE)));
        return stops;
    }

    /** Behind the others of its node, or to the last of them, if the process hardly ran between the two. */
    private void add(Map<String, List<Stop>> stops, String node, Stop stop) {
        List<Stop> ofNode = stops.computeIfAbsent(node, n -> new ArrayList<>());
        int last = ofNode.size() - 1;
        if (last >= 0 && stop.from() - ofNode.get(last).to() <= leaseNanos / BLINK_OF) {
            ofNode.set(last, new Stop(ofNode.get(last).from(), stop.to()));
        } else {
            ofNode.add(stop);
        }
    }

    private static Map<String, List<Tenure>> tenures(List<GrantEvent> events, List<String> violations) {
        Map<String, List<Tenure>> byRole = new TreeMap<>();
        Map<String, Tenure> open = new HashMap<>();
        for (GrantEvent event : events) {
            String key = event.role() + " on " + event.node();
            switch (event.event()) {
                case GrantEvent.GRANTED -> {
                    Tenure tenure = new Tenure(event);
                    Tenure before = open.put(key, tenure);
                    if (before != null) {
                        violations.add(event.role() + ": granted anew before " + before + " ended: " + tenure);
                    }
                    byRole.computeIfAbsent(event.role(), r -> new ArrayList<>()).add(tenure);
                }
                case GrantEvent.OVERRUNS -> {
                    Tenure tenure = open.get(key);
                    if (tenure == null || tenure.begin.token() != event.token()) {
                        violations.add(event.role() + ": an overrun of what had not begun: " + event);
                    } else {
                        tenure.overran = true;
                    }
                }
                case GrantEvent.ENDED -> {
                    Tenure tenure = open.remove(key);
                    if (tenure == null || tenure.begin.token() != event.token()) {
                        violations.add(event.role() + ": an end without a beginning: " + event);
                    } else {
                        tenure.end = event.time();
                        tenure.orderly = event.orderly();
                        tenure.overran |= event.overran();
                    }
                }
                case GrantEvent.KILLED ->
                    open.entrySet().removeIf(entry -> {
                        boolean its = entry.getValue().begin.node().equals(event.node());
                        if (its) {
                            entry.getValue().end = event.time();
                        }
                        return its;
                    });
                default -> {}
            }
        }
        return byRole;
    }

    private void tokensRise(String role, List<Tenure> tenures, Map<String, List<Stop>> stops, List<String> violations) {
        for (int i = 1; i < tenures.size(); i++) {
            Tenure later = tenures.get(i);
            Tenure before = tenures.get(i - 1);
            if (later.begin.token() == before.begin.token()) {
                violations.add(role + ": the same token twice: " + before + ", " + later);
            } else if (later.begin.token() < before.begin.token()
                    && !stoppedAround(stops, later.begin.node(), before.begin.time(), later.begin.time())) {
                violations.add(role + ": a lower token after a higher one: " + before + ", " + later);
            }
        }
    }

    private int overlaps(String role, List<Tenure> tenures, Map<String, List<Stop>> stops, List<String> violations) {
        int explained = 0;
        for (int i = 0; i < tenures.size(); i++) {
            for (int j = i + 1; j < tenures.size(); j++) {
                Tenure a = tenures.get(i);
                Tenure b = tenures.get(j);
                Tenure old = a.begin.token() < b.begin.token() ? a : b;
                Tenure next = old == a ? b : a;
                boolean overlap = a.begin.time() < b.end && b.begin.time() < a.end;
                if (!overlap) {
                    continue;
                }
                boolean excused = !old.orderly
                        && (old.overran || stoppedAround(stops, old.begin.node(), next.begin.time(), old.end));
                if (excused) {
                    explained++;
                } else {
                    violations.add(role + ": two at once: " + old + ", " + next);
                }
            }
        }
        return explained;
    }

    /** Whether the node stood still at {@code from}, or had only just woken, and did not run for long after it woke. */
    private boolean stoppedAround(Map<String, List<Stop>> stops, String node, long from, long until) {
        List<Stop> ofNode = stops.getOrDefault(node, List.of());
        for (Stop stop : ofNode) {
            boolean longEnough = !stop.isOver() || stop.to() - stop.from() >= leaseNanos;
            if (longEnough
                    && stop.from() <= from
                    && (!stop.isOver() || ran(ofNode, stop.to(), Math.max(from, until)) <= wakingNanos)) {
                return true;
            }
        }
        return false;
    }

    /** For how much of that time a process with these stops ran: one that is stopped again cannot end what it does. */
    private static long ran(List<Stop> stops, long from, long until) {
        long ran = Math.max(0, until - from);
        for (Stop stop : stops) {
            ran -= Math.max(0, Math.min(until, stop.to()) - Math.max(from, stop.from()));
        }
        return ran;
    }

    /** The store's own order counts: a lower token taken after a higher one is what fencing is there to prevent. */
    private static int writes(List<GrantEvent> events, List<String> violations) {
        Map<String, Long> highest = new HashMap<>();
        int refused = 0;
        for (GrantEvent event : events) {
            long before = highest.getOrDefault(event.role(), -1L);
            if (event.event().equals(GrantEvent.TAKEN)) {
                if (event.token() < before) {
                    violations.add(event.role() + ": the store took token " + event.token() + " of " + event.node()
                            + " after " + before);
                }
                highest.merge(event.role(), event.token(), Math::max);
            } else if (event.event().equals(GrantEvent.REFUSED)) {
                refused++;
                if (event.token() >= before) {
                    violations.add(
                            event.role() + ": the store refused token " + event.token() + ", the highest is " + before);
                }
            }
        }
        return refused;
    }
}
