package io.holdfast.core.internal.operator;

import io.holdfast.core.Address;
import io.holdfast.core.internal.operator.OperatorFrame.Answer;
import io.holdfast.core.internal.operator.OperatorFrame.Request;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.OutboundLink;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks nodes, each question on a link of its own that ends with the answer, or with {@link #close}: a loop that has ended keeps no
 * time. Safe from any thread.
 */
public final class OperatorCalls {
    private final Links links;
    private final EventLoop loop;
    private final Json json;
    private final Set<Call> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Asks over those links. */
    public OperatorCalls(Links links, EventLoop loop, Json json) {
        this.links = links;
        this.loop = loop;
        this.json = json;
    }

    /**
     * What came of a question.
     *
     * @param code null if the node was not reached, or did not answer in time
     * @param asked true if the question was sent: then also one that was not answered may have been carried out, or still will be
     * @param body JSON if the code is OK, else text for people
     */
    public record Reply(@Nullable AnswerCode code, boolean asked, byte[] body) {
        static Reply none(boolean asked, String why) {
            return new Reply(null, asked, why.getBytes(StandardCharsets.UTF_8));
        }

        /** True if it was done. */
        public boolean isOk() {
            return code == AnswerCode.OK;
        }

        /** The body as text. */
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /**
     * Asks one node.
     *
     * @param expectedNodeId whom that address must lead to; null for anybody
     * @return completes on the loop, always normally, within the time-out; at once, and on any thread, after {@link #close}
     */
    public CompletableFuture<Reply> ask(
            @Nullable String expectedNodeId,
            Address address,
            String command,
            Map<String, String> arguments,
            long timeoutNanos) {
        long millis =
                Math.max(1, Math.min(TimeUnit.NANOSECONDS.toMillis(timeoutNanos), OperatorCodec.MAX_TIMEOUT_MILLIS));
        Call call = new Call(address, timeoutNanos, new Request(1, millis, command, json.write(arguments)));
        open.add(call);
        if (closed) {
            call.cut();
        } else {
            loop.execute(() -> call.begin(expectedNodeId));
        }
        return call.reply;
    }

    /**
     * Ends the questions that are open, and each that is asked from now on, as not answered. On the loop, and then they complete
     * there; again on another thread, for what a loop that has ended never came to. Idempotent.
     */
    public void close() {
        closed = true;
        open.forEach(Call::cut);
    }

    private final class Call implements LinkListener {
        private final CompletableFuture<Reply> reply = new CompletableFuture<>();
        private final Address address;
        private final long timeoutNanos;
        private final Request request;
        private @Nullable OutboundLink link;
        private @Nullable Timer deadline;
        private volatile boolean asked;

        Call(Address address, long timeoutNanos, Request request) {
            this.address = address;
            this.timeoutNanos = timeoutNanos;
            this.request = request;
        }

        void begin(@Nullable String expectedNodeId) {
            if (reply.isDone()) {
                return;
            }
            deadline = loop.schedule(
                    timeoutNanos,
                    () -> end(none((asked ? "no answer from " : "no connection with ") + address + " within "
                            + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms")));
            link = links.dial(OperatorServer.PROTOCOL, expectedNodeId, address, this);
        }

        @Override
        public void up(Link established) {
            if (reply.isDone()) { // whoever asked has been told that nobody was asked
                end(none(""));
                return;
            }
            asked = true;
            established.send(Lane.BULK, OperatorCodec.encode(request));
        }

        @Override
        public void received(Link from, ByteBuf frame) {
            Answer answer = OperatorCodec.answer(frame);
            if (answer.id() == request.id()) {
                end(new Reply(answer.code(), true, answer.body()));
            }
        }

        /** Not asked again: what was asked may have been done. */
        @Override
        public void down(Link ended, CloseReason reason, String detail) {
            end(none(address + " ended the connection before it answered: " + detail));
        }

        @Override
        public void dialFailed(CloseReason reason, String detail) {
            end(none(reason == CloseReason.REFUSED ? address + " refused the connection: nothing runs there" : detail));
        }

        /** Any thread; only on the loop may its link and timer be touched. */
        void cut() {
            boolean sent = asked; // once: what is said and what is told must be the same
            Reply none = Reply.none(
                    sent,
                    sent
                            ? "this end is closing, and ended the connection before " + address + " answered"
                            : address + " was not asked: this end is closing");
            if (loop.inEventLoop()) {
                end(none);
            } else {
                complete(none);
            }
        }

        private Reply none(String why) {
            return Reply.none(asked, why);
        }

        private void complete(Reply with) {
            open.remove(this);
            reply.complete(with);
        }

        private void end(Reply with) {
            OutboundLink dialled = link;
            if (dialled != null) {
                dialled.close();
            }
            Timer waiting = deadline;
            if (waiting != null) {
                waiting.cancel();
            }
            complete(with);
        }
    }
}
