package io.holdfast.membership.wire;

import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.SwimTable;
import java.util.List;

/** What goes over a stream between two nodes; each is one frame. */
public sealed interface StreamMessage {

    /**
     * Part of a table; {@link TableJoiner} puts them together.
     *
     * @param answer false from whoever opened the exchange
     * @param last whether the table is complete with it
     */
    record TablePart(boolean answer, boolean last, MemberInfo from, List<SwimTable.Entry> entries)
            implements StreamMessage {}

    /**
     * Are you that very process, and does your loop turn? Whoever is another one does not answer.
     *
     * @param challenge drawn at random, comes back in the answer
     * @param boot of the process that is meant
     */
    record StreamPing(long challenge, String target, long boot) implements StreamMessage {}

    /** Yes. */
    record StreamAck(long challenge) implements StreamMessage {}

    /** A client wants to be told who is there, from now on. */
    record Follow() implements StreamMessage {}

    /**
     * What a member sees, for those who follow it: all of it, in as many frames as it takes, then what changes. An empty one says
     * that nothing has changed.
     *
     * @param whole true for the first frame of all that it sees: whoever is not named is not known any more
     * @param last whether that is complete with it
     * @param number of the frame on its link, from 1: whoever misses one does not know any more what the member sees
     */
    record Sightings(boolean whole, boolean last, long number, List<Sighting> entries) implements StreamMessage {
        /** The same as a frame of that number. */
        public Sightings numbered(long of) {
            return new Sightings(whole, last, of, entries);
        }
    }

    /** Of a later version; to be passed over. */
    record Unknown(int kind) implements StreamMessage {}
}
