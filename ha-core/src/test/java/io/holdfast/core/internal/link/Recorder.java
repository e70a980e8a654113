package io.holdfast.core.internal.link;

import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what happens to a link; breaks off at the frame "malformed". */
final class Recorder implements LinkListener {
    final List<String> events = new ArrayList<>();

    @Nullable
    Link link;

    private boolean disconnecting;

    /** One that ends each link as soon as it is up. */
    static Recorder disconnecting() {
        Recorder recorder = new Recorder();
        recorder.disconnecting = true;
        return recorder;
    }

    @Override
    public void up(Link up) {
        link = up;
        if (disconnecting) {
            up.disconnect("not wanted");
        }
        events.add("up " + up.peer().nodeId());
    }

    @Override
    public void received(Link from, ByteBuf frame) {
        String text = frame.toString(StandardCharsets.UTF_8);
        if (text.equals("malformed")) {
            throw new MalformedFrameException("this is malformed");
        }
        events.add("received " + text);
    }

    @Override
    public void receivedAll(Link from) {
        if (events.get(events.size() - 1).startsWith("received ")) {
            events.add("all");
        }
    }

    @Override
    public void writable(Link to) {
        events.add("writable");
    }

    @Override
    public void down(Link down, CloseReason reason, String detail) {
        link = null;
        events.add("down " + reason + " " + detail);
    }

    @Override
    public void dialFailed(CloseReason reason, String detail) {
        events.add("failed " + reason + " " + detail);
    }

    boolean send(String text) {
        Link to = link;
        return to != null && to.send(Lane.BULK, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    long count(String beginning) {
        return events.stream().filter(e -> e.startsWith(beginning)).count();
    }

    String last() {
        return events.isEmpty() ? "" : events.get(events.size() - 1);
    }
}
