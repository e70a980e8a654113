package io.holdfast.benchmarks.load;

/**
 * What load to make.
 *
 * @param work what the operations do, in the subject's words; "write" is known to all
 * @param bytes of payload
 * @param window how many operations are in flight
 * @param warmSeconds before anything counts
 * @param seconds that count
 */
public record LoadPlan(String work, int bytes, int window, double warmSeconds, double seconds) {
    /** As a rows' work names it. */
    public String label() {
        return work + " " + bytes + " B, W=" + window;
    }
}
