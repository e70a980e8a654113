package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.remote.OfferFrame.Cancel;
import io.holdfast.backup.remote.OfferFrame.Collect;
import io.holdfast.backup.remote.OfferFrame.Delete;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.Failed;
import io.holdfast.backup.remote.OfferFrame.ListAll;
import io.holdfast.backup.remote.OfferFrame.Put;
import io.holdfast.backup.remote.OfferFrame.Read;
import io.holdfast.backup.remote.OfferFrame.Resume;
import io.holdfast.backup.remote.OfferFrame.Size;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.MalformedFrameException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls of one link. On the loop, but for what is said to be the worker's. */
final class OfferSession {
    /** As many bytes as wait in each direction of a call. */
    static final int WINDOW = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(OfferSession.class);

    private final OfferedDirectory directory;
    private final NodeCalls slots;
    private final Link link;
    private final EventLoop loop;
    private final Worker files;
    private final Clock clock;
    private final OfferMeters meters;
    private final Map<Integer, ServedCall> calls = new LinkedHashMap<>();
    private boolean ended;

    /** @param slots those of the node at the other end, which it shares among its links */
    OfferSession(
            OfferedDirectory directory,
            NodeCalls slots,
            Link link,
            EventLoop loop,
            Worker files,
            Clock clock,
            OfferMeters meters) {
        this.directory = directory;
        this.slots = slots;
        this.link = link;
        this.loop = loop;
        this.files = files;
        this.clock = clock;
        this.meters = meters;
    }

    NodeCalls slots() {
        return slots;
    }

    /** Says what this end knows, before anything else. */
    void greet() {
        send(Greeting.ours());
    }

    void received(OfferFrame frame) {
        if (ended) {
            return;
        }
        ServedCall call = calls.get(frame.call());
        if (frame instanceof Put put) {
            begin(put, new ServedPut(this, put.call(), put.name()));
        } else if (frame instanceof Resume resume) {
            begin(resume, new ServedPieces(this, resume));
        } else if (frame instanceof Read read) {
            begin(read, new ServedRead(this, read.call(), read.name(), read.offset()));
        } else if (frame instanceof ListAll list) {
            begin(list, new ServedList(this, list.call(), list.prefix()));
        } else if (frame instanceof Size size) {
            begin(size, simple(size.call(), () -> directory.size(size.name())));
        } else if (frame instanceof Delete delete) {
            begin(delete, simple(delete.call(), () -> directory.delete(delete.name()) ? 1 : 0));
        } else if (frame instanceof Collect collect) {
            Duration silent = Duration.ofMillis(collect.silentMillis());
            begin(collect, simple(collect.call(), () -> directory.collectUnfinished(silent)));
        } else if (call == null) {
            return; // it has ended here, and the other end did not know yet
        } else if (frame instanceof Cancel) {
            call.drop();
            forget(call);
        } else {
            call.heardAt(clock.nanoTime());
            call.received(frame);
        }
    }

    private ServedCall simple(int id, Supplier<Number> work) {
        return new ServedCall(this, id) {
            @Override
            void begin() {
                onFiles(work, result -> end(new Done(id, result.longValue())));
            }
        };
    }

    private void begin(OfferFrame frame, ServedCall call) {
        if (calls.containsKey(frame.call())) {
            throw new MalformedFrameException("the call " + frame.call() + " was begun twice");
        }
        if (!slots.take()) {
            send(new Failed(
                    frame.call(), Reason.UNAVAILABLE, "more than " + NodeCalls.MOST + " calls at once of one node"));
            return;
        }
        calls.put(frame.call(), call);
        meters.began();
        call.heardAt(clock.nanoTime());
        call.begin();
    }

    private boolean forget(ServedCall call) {
        boolean was = calls.remove(call.id(), call);
        if (was) {
            meters.ended(1);
            if (call.ended()) {
                slots.free();
            }
        }
        return was;
    }

    OfferMeters meters() {
        return meters;
    }

    OfferedDirectory directory() {
        return directory;
    }

    void send(OfferFrame frame) {
        if (!ended && !link.send(Lane.BULK, OfferCodec.encode(frame))) {
            link.disconnect("more waits for being sent than may");
        }
    }

    /** The last word on a call. */
    void end(ServedCall call, OfferFrame last) {
        if (forget(call)) {
            send(last);
        }
    }

    /**
     * Does a piece of a call on the worker, and goes on with it on the loop unless it has ended meanwhile. What a repository does not do ends the call,
     * and so does what nobody thought of: a peer's call must not stop the node.
     */
    <T> void onFiles(ServedCall call, Supplier<T> work, Consumer<T> then) {
        call.queued();
        files.execute(() -> {
            Runnable next;
            try {
                T result = work.get();
                next = () -> {
                    if (calls.get(call.id()) == call) {
                        then.accept(result);
                    }
                };
            } catch (BackupRepositoryException failed) {
                next = () -> fail(call, failed.reason(), String.valueOf(failed.getMessage()));
            } catch (RuntimeException failed) {
                LOG.error(
                        "{}: a call of {} failed, and the node goes on",
                        directory.describe(),
                        link.peer().nodeId(),
                        failed);
                next = () -> fail(call, Reason.FAILED, "it failed there in a way that is in that node's log");
            }
            ran(call, next);
        });
    }

    /** Tells the loop that a task of the call has been run. On the worker. */
    private void ran(ServedCall call, Runnable next) {
        loop.execute(() -> {
            if (call.ran()) {
                slots.free();
            }
            next.run();
        });
    }

    /** Ends a call, unless it has ended. What it holds is let go first, so that its slot is not free before. */
    private void fail(ServedCall call, Reason reason, String message) {
        if (calls.get(call.id()) == call) {
            call.drop();
            end(call, new Failed(call.id(), reason, message));
        }
    }

    void release(ServedCall call, Runnable work) {
        call.queued();
        files.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException left) {
                LOG.warn("{}: what a call held could not be let go", directory.describe(), left);
            }
            ran(call, () -> {});
        });
    }

    void endSilent(long heardBefore) {
        for (ServedCall call : List.copyOf(calls.values())) {
            if (call.heard() - heardBefore < 0) {
                fail(call, Reason.UNAVAILABLE, "nothing was heard of it for too long");
            }
        }
    }

    /** As {@link #endSilent}, of objects that are stored in pieces alone; not where it is this end that takes its time. */
    void endSilentPieces(long heardBefore) {
        for (ServedPieces call : pieces()) {
            if (call.heard() - heardBefore < 0 && call.tasks() == 0) {
                fail(call, Reason.UNAVAILABLE, "nothing was heard of it for too long; what was kept stays");
            }
        }
    }

    /** The same node goes on with that object on another link. */
    void giveUp(Resume elsewhere) {
        for (ServedPieces call : pieces()) {
            if (call.isOf(elsewhere)) {
                fail(call, Reason.UNAVAILABLE, "this node goes on with it on another connection; what was kept stays");
            }
        }
    }

    private List<ServedPieces> pieces() {
        return calls.values().stream()
                .filter(ServedPieces.class::isInstance)
                .map(ServedPieces.class::cast)
                .toList();
    }

    /** The link is gone, or the node stops. Idempotent. */
    void end() {
        ended = true;
        for (ServedCall call : List.copyOf(calls.values())) {
            call.drop();
            forget(call);
        }
    }
}
