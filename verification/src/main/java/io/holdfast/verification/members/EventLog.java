package io.holdfast.verification.members;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What nodes say unasked, in the order in which it arrives here. Safe from any thread. */
final class EventLog {
    /**
     * An event.
     *
     * @param nanos when it arrived here
     * @param by the node that says it
     * @param kind what happened, {@code DIED} for example
     * @param subject to whom
     */
    record Event(long nanos, String by, String kind, String subject, String detail) {
        boolean is(String wantedKind, String wantedSubject) {
            return kind.equals(wantedKind) && subject.equals(wantedSubject);
        }

        @Override
        public String toString() {
            return by + ": " + subject + " " + kind + (detail.isEmpty() ? "" : ", " + detail);
        }
    }

    private final List<Event> events = new ArrayList<>(); // guarded by this

    synchronized void heard(String by, String line) {
        String[] words = line.split(" ", 4);
        if (words.length >= 3 && words[0].equals("event")) {
            events.add(new Event(System.nanoTime(), by, words[1], words[2], words.length > 3 ? words[3] : ""));
            notifyAll();
        }
    }

    /** How many there are: what comes later is new. */
    synchronized int size() {
        return events.size();
    }

    /** Those at or after that place. */
    synchronized List<Event> since(int place, Predicate<Event> wanted) {
        return events.subList(place, events.size()).stream().filter(wanted).toList();
    }

    /** Waits for one, and returns as soon as it arrives; false if none does. */
    synchronized boolean await(int place, long limitNanos, Predicate<Event> wanted) throws InterruptedException {
        long end = System.nanoTime() + limitNanos;
        while (since(place, wanted).isEmpty()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(1 + left / 1_000_000);
        }
        return true;
    }
}
