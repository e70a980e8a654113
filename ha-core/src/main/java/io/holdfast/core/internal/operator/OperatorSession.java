package io.holdfast.core.internal.operator;

import io.holdfast.core.HoldfastException;
import io.holdfast.core.NotAllowedException;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.OutcomeUnknownException;
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

    private final OperatorServer server;
    private final Worker worker;
    private final AuditLog audit;
    private int inFlight;
    private boolean ended;
    private @Nullable Timer idle;

    OperatorSession(OperatorServer server, Worker worker) {
        this.server = server;
        this.worker = worker;
        this.audit = new AuditLog(server.node());
    }

    @Override
    public void up(Link link) {
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
        Request request = OperatorCodec.request(frame);
        OperatorRole role = server.roleOf(link.peer());
        Call call = new Call(link, request, role, AuditLog.who(link));
        if (inFlight >= MOST_IN_FLIGHT) {
            call.refuse(AnswerCode.BUSY, MOST_IN_FLIGHT + " commands are under way on this link");
            return;
        }
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
        } else if (!role.allows(command.needed())) {
            call.refuse(
                    AnswerCode.NOT_ALLOWED,
                    request.command() + " needs the role " + command.needed() + ", and "
                            + link.peer().nodeId() + " has " + role + " on " + server.node());
        } else {
            busy();
            inFlight++;
            call.begin(command.handler());
        }
    }

    @Override
    public void down(Link link, CloseReason reason, String detail) {
        ended = true;
        busy();
        server.ended(this);
    }

    /** One command, from its frame to its answer. */
    private final class Call {
        private final Link link;
        private final Request request;
        private final OperatorRole role;
        private final String who;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile String printedArguments;
        private @Nullable Timer deadline;

        Call(Link link, Request request, OperatorRole role, String who) {
            this.link = link;
            this.request = request;
            this.role = role;
            this.who = who;
            this.printedArguments = new String(request.arguments(), StandardCharsets.UTF_8);
        }

        void refuse(AnswerCode code, String why) {
            server.count(code);
            audit.notDone(who, role, request.command(), printedArguments, code, why);
            send(code, why.getBytes(StandardCharsets.UTF_8));
        }

        void begin(OperatorCommand.Handler handler) {
            deadline = server.loop()
                    .schedule(
                            request.timeoutMillis() * 1_000_000L,
                            () -> end(
                                    AnswerCode.TIMED_OUT,
                                    "not done after " + request.timeoutMillis() + " ms; it may still happen"));
            worker.execute(() -> run(handler));
        }

        /** On the worker, where nothing may be thrown. */
        private void run(OperatorCommand.Handler handler) {
            Map<String, String> arguments;
            try {
                arguments = server.json().arguments(request.arguments());
            } catch (RuntimeException e) {
                end(AnswerCode.BAD_ARGUMENTS, String.valueOf(e.getMessage()));
                return;
            }
            try {
                CompletionStage<?> result = handler.run(arguments);
                result.whenComplete((value, failure) -> worker.execute(() -> {
                    if (failure == null) {
                        succeeded(value);
                    } else {
                        failed(failure);
                    }
                }));
            } catch (RuntimeException e) {
                failed(e);
            }
        }

        /** On the worker. */
        private void succeeded(@Nullable Object value) {
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
            }
        }

        /** Any thread. */
        private void failed(Throwable thrown) {
            Throwable cause =
                    thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            if (!(cause instanceof HoldfastException)
                    && !(cause instanceof IllegalArgumentException)
                    && !(cause instanceof IllegalStateException)) {
                LOG.error("{}: operator command {} failed", server.node(), request.command(), cause);
            }
            end(codeOf(cause), why);
        }

        private static AnswerCode codeOf(Throwable cause) {
            if (cause instanceof NotAvailableException) {
                return AnswerCode.NOT_AVAILABLE;
            }
            if (cause instanceof NotAllowedException) {
                return AnswerCode.NOT_ALLOWED;
            }
            if (cause instanceof OutcomeUnknownException) {
                return AnswerCode.TIMED_OUT;
            }
            return cause instanceof IllegalArgumentException ? AnswerCode.BAD_ARGUMENTS : AnswerCode.FAILED;
        }

        /** Without success. Any thread. */
        private void end(AnswerCode code, String why) {
            if (over.compareAndSet(false, true)) {
                server.count(code);
                audit.notDone(who, role, request.command(), printedArguments, code, why);
                finish(code, Json.printable(why).getBytes(StandardCharsets.UTF_8));
            }
        }

        private void finish(AnswerCode code, byte[] body) {
            server.loop().execute(() -> {
                Timer waiting = deadline;
                if (waiting != null) {
                    waiting.cancel();
                }
                if (--inFlight == 0) {
                    waitForMore(link);
                }
                send(code, body);
            });
        }

        private void send(AnswerCode code, byte[] body) {
            if (!ended) {
                link.send(Lane.BULK, OperatorCodec.encode(new Answer(request.id(), code, body)));
            }
        }
    }
}
