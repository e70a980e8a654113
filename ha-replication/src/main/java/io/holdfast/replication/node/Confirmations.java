package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Questions whether this node is fresh enough that have no answer yet, so that each gets one, also where the node stops. */
final class Confirmations {
    private final EventLoop loop;
    private final Set<Confirmation> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    Confirmations(EventLoop loop) {
        this.loop = loop;
    }

    /** Safe from any thread. */
    CompletionStage<Void> begin(Confirmation question) {
        open.add(question);
        if (stopped) {
            question.abandon();
        } else {
            loop.execute(question::ask);
        }
        return question.answer().whenComplete((nothing, failure) -> open.remove(question));
    }

    /** On the loop. */
    void stop() {
        stopped = true;
        open.forEach(Confirmation::stop);
    }

    /** What stopping left without an answer, since its callbacks do not run any more. */
    void close() {
        stopped = true;
        open.forEach(Confirmation::abandon);
    }
}
