package io.holdfast.replication.node;

import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.Responder;

/** Where questions wait for their answers. On the loop. */
record Feeds(ChangeFeed changes, LockFeed locks) {

    /** False if that machine is to be asked otherwise. */
    boolean ask(int machine, byte[] request, Responder asker, long askerId) {
        switch (machine) {
            case Commands.CHANGES -> changes.ask(request, asker, askerId);
            case Commands.LOCK_CHANGES -> locks.ask(request, asker, askerId);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What has been applied may be told. */
    void applied() {
        changes.applied();
        locks.applied();
    }

    /** The state was taken from a snapshot. */
    void restored(long index) {
        changes.restored(index);
        locks.restored();
    }

    /** Answers those who have waited for long enough. */
    void tick() {
        changes.tick();
        locks.tick();
    }

    /** Whoever asked is gone. */
    void forget(Responder asker) {
        changes.forget(asker);
        locks.forget(asker);
    }
}
