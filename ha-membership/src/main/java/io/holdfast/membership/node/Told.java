package io.holdfast.membership.node;

import io.holdfast.core.MemberEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Events for those who listen: in order, each to all before the next, also if a listener makes the next one happen. On the loop. */
final class Told {
    private final List<Consumer<MemberEvent>> listeners = new ArrayList<>();
    private final ArrayDeque<MemberEvent> untold = new ArrayDeque<>();
    private boolean telling;

    void listen(Consumer<MemberEvent> listener) {
        listeners.add(listener);
    }

    /** Told with the next {@link #tell}: when the snapshot shows it, too. */
    void add(MemberEvent event) {
        untold.add(event);
    }

    void tell() {
        if (telling) {
            return;
        }
        telling = true;
        for (MemberEvent event = untold.poll(); event != null; event = untold.poll()) {
            for (Consumer<MemberEvent> listener : listeners) {
                listener.accept(event);
            }
        }
        telling = false;
    }
}
