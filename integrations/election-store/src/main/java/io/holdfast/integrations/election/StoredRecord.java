package io.holdfast.integrations.election;

/**
 * A record as it is in a {@link RecordStore}.
 *
 * @param key begins with {@link RecordStore#NODES} or {@link RecordStore#ROLES}
 * @param version 1 when it is created, and one more with each change
 * @param value JSON
 */
public record StoredRecord(String key, long version, String value) {}
