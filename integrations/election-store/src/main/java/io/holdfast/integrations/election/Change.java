package io.holdfast.integrations.election;

/** One of the changes that a {@link RecordStore} commits together. */
public sealed interface Change {
    /** Which record. */
    String key();

    /** The version that it must have now; 0 if it must not be there. */
    long expected();

    /** Creates the record, or replaces its value; it then has version {@code expected + 1}. */
    record Put(String key, long expected, String value) implements Change {}

    /** Takes the record away. */
    record Delete(String key, long expected) implements Change {}
}
