package io.holdfast.examples.demo;

import java.util.List;

/**
 * What the client process says of itself ten times a second, one JSON object a line.
 *
 * @param sent lines sent
 * @param acknowledged of them acknowledged, and that fact forced to the client's ledger
 * @param unknown of them without an answer before the deadline, for ever
 * @param resubmitted how many times a line was surely not written and was sent anew
 * @param perSecond acknowledgements in the last second
 * @param gaps what each kill did to the client
 * @param finished true when all lines were sent and answered and the ledger is closed
 */
record FeedStatus(
        long sent,
        long acknowledged,
        long unknown,
        long resubmitted,
        long perSecond,
        List<Gap> gaps,
        boolean finished) {

    /**
     * The longest time around a kill in which the client waited for an acknowledgement and none came.
     *
     * @param kill the kill's number
     * @param micros how long
     */
    record Gap(int kill, long micros) {}

    static FeedStatus nothingYet() {
        return new FeedStatus(0, 0, 0, 0, 0, List.of(), false);
    }
}
