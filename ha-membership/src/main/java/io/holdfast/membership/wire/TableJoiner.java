package io.holdfast.membership.wire;

import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.SwimTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts the parts of one table together; one for each stream and direction. Not thread-safe. */
public final class TableJoiner {
    private final int maxEntries;
    private final List<SwimTable.Entry> entries = new ArrayList<>();
    private @Nullable MemberInfo from;

    /** @param maxEntries more than that is malformed: as many members as are allowed */
    public TableJoiner(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    /**
     * Takes the next part.
     *
     * @return the table if it is complete, else null
     * @throws MalformedFrameException if it belongs to another table, or the table is too large
     */
    public @Nullable SwimTable add(StreamMessage.TablePart part) {
        MemberInfo known = from;
        if (known != null && !known.equals(part.from())) {
            throw new MalformedFrameException("parts of two tables: " + known + " and " + part.from());
        }
        if (entries.size() + part.entries().size() > maxEntries) {
            throw new MalformedFrameException("a table of more than " + maxEntries + " entries");
        }
        if (part.entries().isEmpty() && !part.last()) {
            throw new MalformedFrameException("an empty part of a table");
        }
        from = part.from();
        entries.addAll(part.entries());
        if (!part.last()) {
            return null;
        }
        SwimTable table = new SwimTable(part.from(), List.copyOf(entries));
        entries.clear();
        from = null;
        return table;
    }
}
