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
        DELAY,
        /** {@link #pause} and {@link #resume}. */
        PAUSE,
        /** {@link #loseSession}. */
        SESSION
    }

    /** What it can do. */
    Set<Power> powers();

    /**
     * Whether its servers are others than the nodes. Then a node that does not reach them is not well, while the nodes of an engine
     * that are its servers go on, as a majority does without them.
     */
    default boolean isApart() {
        return true;
    }

    /** A node with the engine in it, not yet built; ports are free ones of the loopback interface. */
    HaCluster.Builder node(String id);

    /** What a role is called in this test: another name in each, where the engine goes on from test to test. */
    default String role(String name) {
        return name;
    }

    /** How long a grant lasts without being renewed: short, 1 to 3 s. */
    Duration lease();

    /** The drift that is allowed for. */
    Duration clockDrift();

    /** For how long a role stays with its holder before the engine itself begins to hand it over, for a higher priority. */
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

    /** From now on a node stands still with all its threads and with whoever asks its clock, as its process does after SIGSTOP. */
    void pause(String node);

    /** It goes on. No effect if it does not stand still. */
    void resume(String node);

    /** What the engine keeps of a node's connection ends, as if it had been silent for too long; the node may make another one. */
    void loseSession(String node) throws Exception;

    /** Ends the servers and removes what they wrote. */
    void close() throws Exception;
}
