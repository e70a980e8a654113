package io.holdfast.replication.client;

import io.holdfast.replication.session.Freshness;
import java.util.List;

/** A node as its users see it: over a link, or this node itself. On the loop. */
public interface Endpoint {

    /** Sends commands of one session, numbered without gaps; false if that is not possible now. */
    boolean submit(long session, long answeredBelow, List<PendingWrite> writes);

    /** Asks for a session. */
    boolean open(long request);

    /** Says that the session's user lives. */
    boolean keepAlive(long session, long answeredBelow);

    /** Ends a session. */
    void closeSession(long session);

    /** Asks for a read. */
    boolean query(long request, int machine, byte[] bytes, Freshness freshness);
}
