package io.holdfast.core.internal.operator;

import io.holdfast.core.HoldfastException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.internal.operator.OperatorFrame.Answer;
import io.holdfast.core.internal.operator.OperatorFrame.Request;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.OperatorCommand;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One operator's link. On the loop, save what is said to run on the worker. */
final class OperatorSession implements LinkListener {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorSession.class);

    /** Commands that may be under way for one link. */
    static final int MOST_IN_FLIGHT = 8;

    /** A link on which nothing has been asked for so long is ended. */
    private static final long IDLE_NANOS = 120_000_000_000L;

    /** Answers that may wait to be sent, before a link is ended whose far end does not read them. */
    static final long MOST_QUEUED_BYTES = 2L * OperatorCodec.MAX_ANSWER_BYTES;

    /** While more than that waits to be sent, nothing more is read. */
    private static final long READ_BELOW_BYTES = 256 << 10;

    private static final long LOOK_AGAIN_NANOS = 100_000_000L;

    private final OperatorServer server;
    private final Worker worker;
    private final LinkAudit audit;
    private volatile String peerName = "";
    private int inFlight;
    private int unanswered;
    private boolean ended;
    /** True once a command has begun: until then there are no lines that could have been left out. */
    private boolean asked;

    private boolean held;
    private boolean looksAgain;
    private @Nullable Timer idle;

    OperatorSession(OperatorServer server, Worker worker) {
        this.server = server;
        this.worker = worker;
        this.audit = new LinkAudit(new AuditLog(server.node()), server::nanoTime);
    }

    @Override
    public void up(Link link) {
        peerName = AuditLog.who(link);
        waitForMore(link);
    }

    private void waitForMore(Link link) {
        if (!ended) {
            idle = server.loop().schedule(IDLE_NANOS, () -> link.disconnect("nothing was asked for two minutes"));
        }
    }

    private void busy() {
        Timer waiting = idle;
        idle = null;
        if (waiting != null) {
            waiting.cancel();
        }
    }

    @Override
    public void received(Link link, ByteBuf frame) {
        if (ended) {
            return;
        }
        Request request = OperatorCodec.request(frame);
        OperatorRole role = server.roleOf(link.peer());
        Call call = new Call(link, request, role, AuditLog.who(link));
        if (inFlight >= MOST_IN_FLIGHT) { // it came with those that filled the link, before reading stopped
            call.tooMuch(MOST_IN_FLIGHT + " commands are under way on this link");
            return;
        }
        if (!server.begins()) {
            call.tooMuch(OperatorServer.MOST_UNDER_WAY + " commands are under way on " + server.node());
            return;
        }
        busy();
        asked = true;
        inFlight++;
        unanswered++;
        holdBack(link);
        OperatorCommand command = server.command(request.command());
        if (!role.allows(OperatorRole.READ)) { // whoever may do nothing is not told what there is
            call.refuse(
                    AnswerCode.NOT_ALLOWED,
                    link.peer().nodeId() + " may run no commands on " + server.node()
                            + ": no name in its certificate has the role READ or OPERATE there");
        } else if (command == null) {
            call.refuse(
                    AnswerCode.UNKNOWN_COMMAND,
                    server.node() + " knows no command " + request.command() + ", but " + server.commandNames());
        } else if (!role.allows(command.needed()) && !(command.nodesToo() && server.isNode(link.peer()))) {
            call.refuse(
                    AnswerCode.NOT_ALLOWED,
                    request.command() + " needs the role " + command.needed() + ", and "
                            + link.peer().nodeId() + " has " + role + " on " + server.node());
        } else {
            call.begin(command.handler());
        }
    }

    /** A peer that asks faster than it is served, or does not read, is not read from. */
    private void holdBack(Link link) {
        if (ended) {
            return;
        }
        boolean full = link.queuedBytes() > READ_BELOW_BYTES;
        boolean hold = full || inFlight >= MOST_IN_FLIGHT;
        if (hold != held) {
            held = hold;
            link.setReading(!hold);
        }
        if (full && !looksAgain) {
            looksAgain = true;
            server.loop().schedule(LOOK_AGAIN_NANOS, () -> {
                looksAgain = false;
                holdBack(link);
            });
        }
    }

    @Override
    public void down(Link link, CloseReason reason, String detail) {
        ended = true;
        busy();
        server.ended(this);
        if (asked) { // whoever comes and goes and is told BUSY leaves nothing behind while the worker is stuck
            worker.execute(() -> audit.sayLeftOut(peerName));
        }
    }

    /** One command, from its frame to its answer. */
    private final class Call {
        private final Link link;
        private final Request request;
        private final OperatorRole role;
        private final String who;
        private final AtomicBoolean over = new AtomicBoolean();
        private final String printedArguments;
        private @Nullable Timer deadline;

        Call(Link link, Request request, OperatorRole role, String who) {
            this.link = link;
            this.request = request;
            this.role = role;
            this.who = who;
            this.printedArguments = new String(request.arguments(), StandardCharsets.UTF_8);
        }

        /** Answered at once and without a line of its own: nothing of it may wait anywhere. */
        void tooMuch(String why) {
            server.count(AnswerCode.BUSY);
            audit.busy();
            send(AnswerCode.BUSY, why.getBytes(StandardCharsets.UTF_8));
            holdBack(link);
        }

        /** Answered when it has been written down: whoever is refused in a loop is held back as all others are. */
        void refuse(AnswerCode code, String why) {
            worker.execute(() -> {
                end(code, why);
                release();
            });
        }

        void begin(OperatorCommand.Handler handler) {
            deadline = server.loop().schedule(request.timeoutMillis() * 1_000_000L, this::timedOut);
            worker.execute(() -> run(handler));
        }

        /** On the worker, where nothing may be thrown. */
        private void run(OperatorCommand.Handler handler) {
            Map<String, String> arguments;
            try {
                arguments = server.json().arguments(request.arguments());
            } catch (RuntimeException e) {
                end(AnswerCode.BAD_ARGUMENTS, String.valueOf(e.getMessage()));
                release();
                return;
            }
            try {
                CompletionStage<?> result = handler.run(arguments, request.timeoutMillis() * 1_000_000L);
                result.whenComplete((value, failure) -> worker.execute(() -> {
                    if (failure == null) {
                        succeeded(value);
                    } else {
                        failed(failure);
                    }
                    release();
                }));
            } catch (RuntimeException e) {
                failed(e);
                release();
            }
        }

        /** Now nothing of it is under way any more, whether it was answered before or not. */
        private void release() {
            server.loop().execute(() -> {
                inFlight--;
                server.finished();
                holdBack(link);
            });
        }

        /** On the worker. */
        private void succeeded(@Nullable Object value) {
            if (over.get()) {
                audit.doneLate(who, role, request.command(), printedArguments);
                return;
            }
            byte[] body;
            try {
                body = server.json().write(value == null ? Map.of() : value);
            } catch (RuntimeException e) {
                failed(e);
                return;
            }
            if (body.length > OperatorCodec.MAX_ANSWER_BYTES) {
                end(AnswerCode.FAILED, "the answer has " + body.length + " bytes, which is too much");
            } else if (over.compareAndSet(false, true)) {
                server.count(AnswerCode.OK);
                audit.done(who, role, request.command(), printedArguments);
                finish(AnswerCode.OK, body);
            } else {
                audit.doneLate(who, role, request.command(), printedArguments);
            }
        }

        /** On the worker. */
        private void failed(Throwable thrown) {
            Throwable cause =
                    thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            if (!(cause instanceof HoldfastException)
                    && !(cause instanceof IllegalArgumentException)
                    && !(cause instanceof IllegalStateException)) {
                LOG.error("{}: operator command {} failed", server.node(), request.command(), cause);
            }
            end(AnswerCode.of(cause), why);
        }

        /** Without success. On the worker. What fails after the answer has its line as well. */
        private void end(AnswerCode code, String why) {
            audit.notDone(who, role, request.command(), printedArguments, code, why);
            if (over.compareAndSet(false, true)) {
                server.count(code);
                finish(code, Json.printable(why).getBytes(StandardCharsets.UTF_8));
            }
        }

        /** On the loop: also while the worker is stuck in a command. */
        private void timedOut() {
            if (over.compareAndSet(false, true)) {
                String why = "not done after " + request.timeoutMillis() + " ms; it may still happen";
                server.count(AnswerCode.TIMED_OUT);
                worker.execute(
                        () -> audit.notDone(who, role, request.command(), printedArguments, AnswerCode.TIMED_OUT, why));
                finish(AnswerCode.TIMED_OUT, why.getBytes(StandardCharsets.UTF_8));
            }
        }

        private void finish(AnswerCode code, byte[] body) {
            server.loop().execute(() -> {
                Timer waiting = deadline;
                if (waiting != null) {
                    waiting.cancel();
                }
                if (--unanswered == 0) {
                    waitForMore(link);
                }
                send(code, body);
                holdBack(link);
            });
        }

        private void send(AnswerCode code, byte[] body) {
            if (ended) {
                return;
            }
            if (link.queuedBytes() > MOST_QUEUED_BYTES
                    || !link.send(Lane.BULK, OperatorCodec.encode(new Answer(request.id(), code, body)))) {
                link.disconnect("it does not read its answers");
            }
        }
    }
}
