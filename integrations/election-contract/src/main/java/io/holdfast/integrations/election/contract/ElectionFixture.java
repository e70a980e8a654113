package io.holdfast.integrations.election.contract;

import io.holdfast.core.HaCluster;
import java.time.Duration;
import java.util.Set;

/**
 * An engine as {@link ElectionEngineContract} meets it: for each test a new one, with servers of its own. It speaks for nodes
 * that are called {@code node-1} to {@code node-3}.
 */
public interface ElectionFixture {

    /** What a fixture can do to its engine; tests that need what it cannot are skipped. */
    enum Power {
        /** {@link #stopEngine} and {@link #startEngine}. */
        RESTART,
        /** {@link #cut} and {@link #heal}. */
        CUT,
        /** {@link #delay}. */
        DELAY
    }

    /** What it can do. */
    Set<Power> powers();

    /** A node with the engine in it, not yet built; ports are free ones of the loopback interface. */
    HaCluster.Builder node(String id);

    /** How long a grant lasts without being renewed: short, 1 to 3 s. */
    Duration lease();

    /** The drift that is allowed for. */
    Duration clockDrift();

    /** Longer than an orderly hand-over takes to be begun by the engine itself, for a higher priority. */
    default Duration calm() {
        return lease();
    }

    /** Ends the engine's servers; what they have confirmed is kept. */
    void stopEngine() throws Exception;

    /** Starts them again. */
    void startEngine() throws Exception;

    /** From now on a node's requests get no answer, and its connections stay open. */
    void cut(String node);

    /** Ends what {@link #cut} and {@link #delay} did. */
    void heal(String node);

    /** From now on each answer to a node takes so much longer. */
    void delay(String node, Duration time);

    /** Ends the servers and removes what they wrote. */
    void close() throws Exception;
}
