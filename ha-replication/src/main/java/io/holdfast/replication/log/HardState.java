package io.holdfast.replication.log;

/**
 * What a voter must never forget.
 *
 * @param term the highest term it has seen, from 0
 * @param votedFor whom it voted for in that term, "" for nobody; at most 255 bytes in UTF-8
 */
public record HardState(long term, String votedFor) {}
