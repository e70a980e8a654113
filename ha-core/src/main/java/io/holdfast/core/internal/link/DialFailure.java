package io.holdfast.core.internal.link;

import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a dial brought no link.
 *
 * @param rejected true if the far end, or this one, does not want the link: no use in asking again very soon
 */
record DialFailure(CloseReason reason, String detail, boolean rejected) {

    /**
     * What the failures at all addresses of one name say together. They count as refused, which is evidence of a death,
     * only if every one was: behind an address that gave no answer the process may well be alive.
     */
    static DialFailure together(List<DialFailure> failures) {
        String details = failures.stream().map(DialFailure::detail).distinct().collect(Collectors.joining("; "));
        CloseReason reason = CloseReason.REFUSED;
        boolean rejected = false;
        for (DialFailure failure : failures) {
            rejected |= failure.rejected;
            boolean answered = failure.reason == CloseReason.PROTOCOL || failure.reason == CloseReason.SECURITY;
            if (answered || reason == CloseReason.REFUSED) {
                reason = failure.reason;
            }
        }
        return new DialFailure(reason, details, rejected);
    }
}
