package io.holdfast.replication.session;

/** Takes answers to whoever asked. On the loop. */
public interface Responder {

    /** A command's outcome. */
    void answer(long session, long sequence, Outcome outcome, byte[] answer);

    /** A session has been opened, or could not be: then 0. */
    void opened(long request, long session);

    /** A read's outcome. */
    void read(long request, Outcome outcome, byte[] answer);

    /** All answers given so far come from entries up to this index. */
    void reached(long index);

    /** Everything that is known for now has been said. */
    void flush();
}
