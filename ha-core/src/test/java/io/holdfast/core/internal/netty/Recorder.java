package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a connection's handler hears, in order, for a test thread to wait for. */
class Recorder implements ConnectionHandler {
    static final long LIMIT_SECONDS = 20;

    sealed interface Event {}

    record Opened(Connection connection) implements Event {}

    record Frame(ByteBuffer bytes) implements Event {}

    record All() implements Event {}

    record Writable(long queuedBytes) implements Event {}

    record Closed(CloseReason reason, String detail) implements Event {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    @Override
    public void opened(Connection connection) {
        events.add(new Opened(connection));
    }

    @Override
    public void received(Connection connection, ByteBuf frame) {
        events.add(new Frame(ByteBuffer.wrap(ByteBufUtil.getBytes(frame))));
    }

    @Override
    public void receivedAll(Connection connection) {
        events.add(new All());
    }

    @Override
    public void writable(Connection connection) {
        events.add(new Writable(connection.queuedBytes()));
    }

    @Override
    public void closed(CloseReason reason, String detail) {
        events.add(new Closed(reason, detail));
    }

    Event next() throws InterruptedException {
        Event event = events.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertNotNull(event, "nothing was heard within " + LIMIT_SECONDS + " s");
        return event;
    }

    Connection awaitOpened() throws InterruptedException {
        return next() instanceof Opened opened ? opened.connection() : fail("not opened first");
    }

    /** The next frame; ends of series, and that a queue has drained, are passed over. */
    byte[] awaitFrame() throws InterruptedException {
        Event event = next();
        while (event instanceof All || event instanceof Writable) {
            event = next();
        }
        return event instanceof Frame frame ? frame.bytes().array() : fail("heard " + event + " instead of a frame");
    }

    /** The close; everything before it is passed over. */
    Closed awaitClosed() throws InterruptedException {
        while (true) {
            if (next() instanceof Closed closed) {
                assertEquals(0, events.size(), "something was heard after the close");
                return closed;
            }
        }
    }

    boolean heardNothing() {
        return events.isEmpty();
    }
}
