package io.holdfast.backup.remote;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.NodeRepository;
import io.holdfast.backup.ResumablePut;
import io.holdfast.backup.remote.OfferFrame.Collect;
import io.holdfast.backup.remote.OfferFrame.Delete;
import io.holdfast.backup.remote.OfferFrame.Done;
import io.holdfast.backup.remote.OfferFrame.ListAll;
import io.holdfast.backup.remote.OfferFrame.Page;
import io.holdfast.backup.remote.OfferFrame.Put;
import io.holdfast.backup.remote.OfferFrame.Resume;
import io.holdfast.backup.remote.OfferFrame.Size;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.Links;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** A directory that another node offers. Its calls block the caller's thread, which is never the loop. */
final class RemoteRepository implements BackupRepository {
    private static final int PAGES_AHEAD = 4;

    private final String place;
    private final RemoteLink link;
    private final long timeoutNanos;

    RemoteRepository(NodeRepository offered, Links links, EventLoop loop) {
        this.place = offered.describe();
        this.timeoutNanos = offered.timeout().toNanos();
        this.link = new RemoteLink(offered.nodeId(), offered.address(), links, loop);
    }

    private Exchange begin(String name, IntFunction<OfferFrame> first, int room) {
        Exchange exchange = new Exchange(place, name, first, room, timeoutNanos);
        link.begin(exchange);
        return exchange;
    }

    @Override
    public boolean putIfAbsent(String name, Content content) throws IOException {
        BackupRepository.checkName(name);
        Exchange exchange = begin(name, call -> new Put(call, name), 0);
        try {
            if (!exchange.awaitCredit()) {
                return done(exchange) == 1;
            }
            RemoteOutput out = new RemoteOutput(exchange, link);
            content.writeTo(out);
            out.finish();
            return done(exchange) == 1;
        } finally {
            link.forget(exchange);
        }
    }

    /** Empty also where the other node's release does not know it yet. */
    @Override
    public Optional<ResumablePut> resumable(String name, long bytes, String content) {
        BackupRepository.checkName(name);
        if (bytes < 0 || !content.matches("[0-9a-z]{1,100}")) {
            throw new IllegalArgumentException("resumable(" + name + ", " + bytes + ", " + content
                    + "): the length is 0 or more, and the content 1 to 100 of 0-9 a-z");
        }
        return RemotePieces.open(
                link,
                name,
                bytes,
                () -> new Exchange(
                        place, name, call -> new Resume(call, name, bytes, content), 0, timeoutNanos, Greeting.PIECES));
    }

    private static long done(Exchange exchange) {
        OfferFrame answer = exchange.next();
        if (answer instanceof Done done) {
            return done.result();
        }
        throw exchange.failure(Reason.FAILED, "it answered " + answer.getClass().getSimpleName(), null);
    }

    private long ask(String name, IntFunction<OfferFrame> first) {
        Exchange exchange = begin(name, first, 0);
        try {
            return done(exchange);
        } finally {
            link.forget(exchange);
        }
    }

    @Override
    public InputStream read(String name, long offset) {
        BackupRepository.checkName(name);
        if (offset < 0) {
            throw new IllegalArgumentException("the offset is " + offset);
        }
        return new RemoteInput(place, link, timeoutNanos, name, offset);
    }

    @Override
    public long size(String name) {
        BackupRepository.checkName(name);
        return ask(name, call -> new Size(call, name));
    }

    @Override
    public List<Stored> list(String prefix) {
        if (prefix.length() > LONGEST_NAME) {
            return List.of();
        }
        Exchange exchange = begin(prefix, call -> new ListAll(call, prefix), PAGES_AHEAD);
        try {
            Listing found = new Listing(exchange, prefix, Listing.MOST);
            while (true) {
                OfferFrame answer = exchange.next();
                if (answer instanceof Page page) {
                    found.add(page.objects());
                    link.credit(exchange, 1);
                } else if (answer instanceof Done all && all.result() == found.size()) {
                    return found.all();
                } else {
                    throw exchange.failure(
                            Reason.FAILED, "it answered " + answer + " after " + found.size() + " objects", null);
                }
            }
        } finally {
            link.forget(exchange);
        }
    }

    @Override
    public boolean delete(String name) {
        BackupRepository.checkName(name);
        return ask(name, call -> new Delete(call, name)) == 1;
    }

    @Override
    public int collectUnfinished(Duration silentFor) {
        return (int) Math.min(Integer.MAX_VALUE, ask("", call -> new Collect(call, silentFor.toMillis())));
    }

    @Override
    public String describe() {
        return place;
    }

    @Override
    public String toString() {
        return describe();
    }
}
