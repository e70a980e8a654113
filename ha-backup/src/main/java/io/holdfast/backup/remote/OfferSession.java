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

/** The calls of one link. On the loop, but for what is said to be the worker's. */
final class OfferSession {
    /** Calls at once; one more is told to come again. */
    static final int MOST_CALLS = 16;
    /** As many bytes as wait in each direction of a call. */
    static final int WINDOW = 1 << 20;

    private final OfferedDirectory directory;
    private final Link link;
    private final EventLoop loop;
    private final Worker files;
    private final Clock clock;
    private final OfferMeters meters;
    private final Map<Integer, ServedCall> calls = new LinkedHashMap<>();
    private boolean ended;

    OfferSession(OfferedDirectory directory, Link link, EventLoop loop, Worker files, Clock clock, OfferMeters meters) {
        this.directory = directory;
        this.link = link;
        this.loop = loop;
        this.files = files;
        this.clock = clock;
        this.meters = meters;
    }

    void received(OfferFrame frame) {
        if (ended) {
            return;
        }
        ServedCall call = calls.get(frame.call());
        if (frame instanceof Put put) {
            begin(put, new ServedPut(this, put.call(), put.name()));
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
            forget(call);
            call.drop();
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
        if (calls.size() >= MOST_CALLS) {
            send(new Failed(
                    frame.call(), Reason.UNAVAILABLE, "more than " + MOST_CALLS + " calls at once of one node"));
            return;
        }
        calls.put(frame.call(), call);
        meters.began();
        call.heardAt(clock.nanoTime());
        call.begin();
    }

    private boolean forget(ServedCall call) {
        boolean was = calls.remove(call.id(), call);
        meters.ended(was ? 1 : 0);
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
     * Does a piece of a call on the worker, and goes on with it on the loop unless it has ended meanwhile. What a repository does not do ends the call.
     */
    <T> void onFiles(ServedCall call, Supplier<T> work, Consumer<T> then) {
        files.execute(() -> {
            try {
                T result = work.get();
                loop.execute(() -> {
                    if (calls.get(call.id()) == call) {
                        then.accept(result);
                    }
                });
            } catch (BackupRepositoryException failed) {
                String message = String.valueOf(failed.getMessage());
                loop.execute(() -> {
                    end(call, new Failed(call.id(), failed.reason(), message));
                    call.drop();
                });
            }
        });
    }

    void onFiles(Runnable work) {
        files.execute(work);
    }

    void endSilent(long heardBefore) {
        for (ServedCall call : List.copyOf(calls.values())) {
            if (call.heard() - heardBefore < 0) {
                end(call, new Failed(call.id(), Reason.UNAVAILABLE, "nothing was heard of it for too long"));
                call.drop();
            }
        }
    }

    /** The link is gone. */
    void end() {
        ended = true;
        List.copyOf(calls.values()).forEach(ServedCall::drop);
        meters.ended(calls.size());
        calls.clear();
    }
}
