package io.holdfast.core.internal.link;

import io.holdfast.core.runtime.EventLoop;
import java.util.ArrayList;
import java.util.List;

/** Flushes, at the end of the loop's turn, the links that were sent to during it: one task for all of them. */
final class Flusher {
    private final EventLoop loop;
    private List<LiveLink> waiting = new ArrayList<>();
    private List<LiveLink> spare = new ArrayList<>();

    Flusher(EventLoop loop) {
        this.loop = loop;
    }

    /** Each link adds itself at most once a turn. */
    void add(LiveLink link) {
        if (waiting.isEmpty()) {
            loop.execute(this::flush);
        }
        waiting.add(link);
    }

    private void flush() {
        // A flush may tell a listener that its queue has drained, and the listener may send at once.
        List<LiveLink> now = waiting;
        waiting = spare;
        spare = now;
        for (LiveLink link : now) {
            link.flush();
        }
        now.clear();
    }
}
