package io.holdfast.loadbalance.outlier;

/** What becomes of an endpoint. */
public sealed interface Verdict {
    /** Of whom. */
    String id();

    /**
     * It is out.
     *
     * @param id whose
     * @param cause why
     * @param detail why, for people
     * @param untilNanos until then
     * @param times how often in short order, this time included
     */
    record Ejected(String id, Cause cause, String detail, long untilNanos, int times) implements Verdict {}

    /**
     * It would be out, but then too few would be left.
     *
     * @param id whose
     * @param cause why it would
     * @param detail why it would, for people
     */
    record Spared(String id, Cause cause, String detail) implements Verdict {}

    /**
     * Its time is over, and it is in again.
     *
     * @param id whose
     */
    record Readmitted(String id) implements Verdict {}

    /**
     * It failed too few times to be out, is hardly picked for that, and gets another chance.
     *
     * @param id whose
     */
    record Forgiven(String id) implements Verdict {}
}
