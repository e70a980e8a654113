package io.holdfast.benchmarks.picks;

import java.util.List;

/** A balancer, or several, behind one interface. Made by its constructor without parameters, in a JVM of its own. */
public interface PickSubject {

    /** The names of its algorithms. */
    List<String> algorithms();

    /**
     * A picker over so many endpoints that are all well.
     *
     * @param weighted whether the i-th has the weight 1 + i mod 5 rather than 1
     */
    Pick newPick(String algorithm, int endpoints, boolean weighted) throws Exception;

    /** Picks. Safe from any thread. */
    @FunctionalInterface
    interface Pick {
        /**
         * Picks one, and lets it go again if that is what its balancer needs.
         *
         * @param i rises with each pick of a thread; hashes take their key by it
         * @return the endpoint
         */
        Object pick(int i);
    }
}
