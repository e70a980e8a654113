package io.holdfast.examples.store;

import java.util.Locale;

/**
 * One write that reached the store, as the store itself took it down.
 *
 * @param number from 1, in the order in which the store took them down
 * @param node who wrote
 * @param token of its grant
 * @param accepted whether it was carried out
 * @param fence the largest token that the store had seen, this one included
 * @param counter how many writes the store had carried out, this one included
 */
public record Attempt(long number, String node, long token, boolean accepted, long fence, long counter) {
    /** As a line. */
    String encode() {
        return String.format(
                Locale.ROOT,
                "%d %s %d %s %d %d",
                number,
                node,
                token,
                accepted ? "accepted" : "refused",
                fence,
                counter);
    }

    /**
     * What {@link #encode()} gave.
     *
     * @throws IllegalArgumentException if it is no such line
     */
    static Attempt decode(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 6 || !(words[3].equals("accepted") || words[3].equals("refused"))) {
            throw new IllegalArgumentException("no record of a write: " + line);
        }
        return new Attempt(
                Long.parseLong(words[0]),
                words[1],
                Long.parseLong(words[2]),
                words[3].equals("accepted"),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]));
    }
}
