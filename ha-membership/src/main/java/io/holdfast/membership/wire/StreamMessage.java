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

    /** Of a later version; to be passed over. */
    record Unknown(int kind) implements StreamMessage {}
}
