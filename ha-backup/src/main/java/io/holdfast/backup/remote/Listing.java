package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.BackupRepositoryException.Reason;
import java.util.ArrayList;
import java.util.List;

/** What another node says that it has, as far as it has said it. It is not believed more than can be kept, nor what was not asked for. */
final class Listing {
    /** As many as are kept; with their names that is some hundred MiB. */
    static final int MOST = 2_000_000;

    private final Exchange exchange;
    private final String prefix;
    private final int most;
    private final List<Stored> found = new ArrayList<>();
    private String last = "";

    Listing(Exchange exchange, String prefix, int most) {
        this.exchange = exchange;
        this.prefix = prefix;
        this.most = most;
    }

    void add(List<Stored> page) {
        if (found.size() + page.size() > most) {
            throw exchange.failure(Reason.FAILED, "it lists more than " + most + " objects, which are not kept", null);
        }
        for (Stored object : page) {
            if (!object.name().startsWith(prefix) || object.name().compareTo(last) <= 0) {
                throw exchange.failure(
                        Reason.FAILED,
                        "it lists " + object.name() + " after " + (last.isEmpty() ? "nothing" : last)
                                + ", which was not asked for or is not in order",
                        null);
            }
            found.add(object);
            last = object.name();
        }
    }

    int size() {
        return found.size();
    }

    List<Stored> all() {
        return List.copyOf(found);
    }
}
