package io.holdfast.integrations.autoscale.kubernetes;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What was ordered last, as an annotation of the workload.
 *
 * @param token the highest of all orders
 * @param from how many pods there were to be before
 * @param to how many there are to be; as {@code from} once that has been carried out
 * @param action which order
 */
record LastOrder(long token, int from, int to, String action) {
    static final String ANNOTATION = "holdfast.io/autoscale";

    private static final Pattern TEXT =
            Pattern.compile("v1 token=(\\d{1,19}) from=(\\d{1,9}) to=(\\d{1,9}) action=(.*)", Pattern.DOTALL);

    /** Empty if there is none, or one that this release does not understand. */
    static Optional<LastOrder> parse(@Nullable String text) {
        Matcher parts = TEXT.matcher(text == null ? "" : text);
        try {
            return parts.matches()
                    ? Optional.of(new LastOrder(
                            Long.parseLong(parts.group(1)),
                            Integer.parseInt(parts.group(2)),
                            Integer.parseInt(parts.group(3)),
                            parts.group(4)))
                    : Optional.empty();
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }

    boolean isCarriedOut() {
        return from == to;
    }

    LastOrder carriedOut() {
        return new LastOrder(token, to, to, action);
    }

    @Override
    public String toString() {
        return "v1 token=" + token + " from=" + from + " to=" + to + " action=" + action;
    }
}
