package io.holdfast.replication.node;

import io.holdfast.core.runtime.EventLoop;
import io.holdfast.replication.client.Endpoint;
import io.holdfast.replication.client.PendingWrite;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Responder;
import java.util.List;

/** This node as seen by its own users: no link, no copy but the one into the batch. On the loop. */
final class LocalEndpoint implements Endpoint, Ingress.Source {
    private final EventLoop loop;
    private final Ingress ingress;
    private final LinearizableReads reads;
    private final Feeds feeds;
    private final Responder user;

    LocalEndpoint(EventLoop loop, Ingress ingress, LinearizableReads reads, Feeds feeds, Responder user) {
        this.loop = loop;
        this.ingress = ingress;
        this.reads = reads;
        this.feeds = feeds;
        this.user = user;
    }

    @Override
    public boolean submit(long session, long answeredBelow, List<PendingWrite> writes) {
        if (!ingress.takesIn() || ingress.isHeld()) {
            return false;
        }
        int bytes = 0;
        for (PendingWrite write : writes) {
            bytes += Batch.entryBytes(EntryKind.COMMAND_HEADER + write.command().length);
        }
        if (!ingress.hasRoom(bytes)) {
            loop.execute(user::flush); // behind the proposal that makes room
            return false;
        }
        for (PendingWrite write : writes) {
            ingress.batchFor(session, this)
                    .addCommand(session, write.sequence(), answeredBelow, write.machine(), write.command());
            if (write.isStoredOnly()) {
                ingress.tellStored(this, session, write.sequence());
            }
            ingress.added();
        }
        return true;
    }

    @Override
    public boolean open(long request) {
        if (ingress.takesIn()) {
            ingress.openSession(this, request);
        }
        return ingress.takesIn();
    }

    @Override
    public boolean keepAlive(long session, long answeredBelow) {
        if (ingress.takesIn()) {
            ingress.keepAlive(session, answeredBelow);
        }
        return ingress.takesIn();
    }

    @Override
    public void closeSession(long session) {
        if (ingress.takesIn()) {
            ingress.closeSession(session);
        }
    }

    @Override
    public boolean query(long request, int machine, byte[] bytes, Freshness freshness) {
        if (!feeds.ask(machine, bytes, this, request)) {
            reads.read(machine, bytes, freshness, this, request);
        }
        return true;
    }

    @Override
    public void setReading(boolean reading) {
        if (reading) {
            loop.execute(user::flush); // what was held back can be sent now
        }
    }

    @Override
    public void answer(long session, long sequence, Outcome outcome, byte[] answer) {
        user.answer(session, sequence, outcome, answer);
    }

    @Override
    public void opened(long request, long session) {
        user.opened(request, session);
    }

    @Override
    public void read(long request, Outcome outcome, byte[] answer) {
        user.read(request, outcome, answer);
    }

    @Override
    public void reached(long index) {
        user.reached(index);
    }

    @Override
    public void flush() {
        user.flush();
    }
}
