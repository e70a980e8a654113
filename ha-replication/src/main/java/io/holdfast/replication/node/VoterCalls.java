package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.core.ChangeRefusedException;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.OperatorCommand;
import io.holdfast.core.spi.Printable;
import io.holdfast.replication.VoterChange;
import io.holdfast.replication.VoterList;
import io.holdfast.replication.node.VoterAnswer.Outcome;
import io.holdfast.replication.raft.ShapeChange;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Wishes for other voters, from this node's user or from operators: they go to the master, whichever node that is, until it has
 * answered or the time is up. Safe from any thread.
 */
final class VoterCalls {
    private static final String LIST = "voters";
    private static final String CHANGE = "voters-change";
    private static final String UPGRADE = "upgrade";
    private static final String FINISH = "upgrade-finish";
    private static final long AGAIN_NANOS = 200_000_000L;
    private static final Duration ASK_LIMIT = Duration.ofSeconds(3);
    private static final long MOST_MILLIS = 3_600_000;
    private static final int MOST_WAITING = 64;
    private static final int MOST_BY = 160;

    private final FeatureContext context;
    private final Supplier<@Nullable Replica> replica;
    /** What waits for an answer. */
    private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();
    /** What is waited for of what a master knows, the loop's turn or another node's answer. */
    private final Map<Object, Question> questions = new ConcurrentHashMap<>();

    private volatile boolean stopped;

    /** With what is said if nobody answers any more. */
    private record Question(CompletableFuture<Map<String, Object>> answer, Supplier<Map<String, Object>> knownLast) {
        void giveUp() {
            answer.complete(knownLast.get());
        }
    }

    /** @param replica null while there is no cluster yet */
    VoterCalls(FeatureContext context, Supplier<@Nullable Replica> replica) {
        this.context = context;
        this.replica = replica;
    }

    List<OperatorCommand> commands() {
        return List.of(
                new OperatorCommand(LIST, OperatorRole.READ, arguments -> listed(isDirect(arguments))),
                new OperatorCommand(
                        CHANGE, OperatorRole.OPERATE, true, arguments -> commanded(change(arguments), arguments)),
                new OperatorCommand(UPGRADE, OperatorRole.READ, arguments -> upgrade(isDirect(arguments))),
                new OperatorCommand(
                        FINISH, OperatorRole.OPERATE, true, arguments -> commanded(ShapeChange.raise(), arguments)));
    }

    private static boolean isDirect(Map<String, String> arguments) {
        return Boolean.parseBoolean(arguments.getOrDefault("direct", "false"));
    }

    private static ShapeChange change(Map<String, String> arguments) {
        ShapeChange change = new ShapeChange(arguments.getOrDefault("add", ""), arguments.getOrDefault("remove", ""));
        return Boolean.parseBoolean(arguments.getOrDefault("asWanted", "false"))
                ? change.whileAsManyAreWanted()
                : change;
    }

    private CompletionStage<Map<String, Object>> commanded(ShapeChange change, Map<String, String> arguments) {
        String millis = arguments.getOrDefault("timeoutMillis", "60000");
        if (!millis.matches("\\d{1,7}") || Long.parseLong(millis) < 1 || Long.parseLong(millis) > MOST_MILLIS) {
            throw new IllegalArgumentException("timeoutMillis is \"" + millis + "\"; use 1 to " + MOST_MILLIS);
        }
        String address = arguments.getOrDefault("address", "");
        Attempt attempt = new Attempt(
                change,
                address.isEmpty() ? null : Address.parse(address),
                context.runtime().clock().nanoTime() + Long.parseLong(millis) * 1_000_000L,
                Boolean.parseBoolean(arguments.getOrDefault("dryRun", "false")),
                by(arguments),
                isDirect(arguments));
        return attempt.begin(MOST_WAITING).thenApply(VoterAnswer::toMap);
    }

    /** Who wants it, for logs: in one line, whatever another node says. */
    static String by(Map<String, String> arguments) {
        return Printable.of(arguments.getOrDefault("by", "an operator"), MOST_BY);
    }

    /** See {@code Voters}. */
    CompletableFuture<VoterChange> change(
            ShapeChange change, @Nullable Address address, Duration limit, boolean dryRun, String by) {
        return change(change, address, limit, dryRun, by, MOST_WAITING);
    }

    private CompletableFuture<VoterChange> change(
            ShapeChange change, @Nullable Address address, Duration limit, boolean dryRun, String by, int most) {
        long deadline = context.runtime().clock().nanoTime() + limit.toNanos();
        return told(
                new Attempt(change, address, deadline, dryRun, by + " on " + node(), false).begin(most),
                answer -> outcome(change, answer));
    }

    private VoterChange outcome(ShapeChange change, VoterAnswer answer) {
        String what = change + ": " + answer.detail();
        return switch (answer.outcome()) {
            case DONE -> new VoterChange(true, answer.detail(), answer.voters(), answer.index());
            case ALREADY, POSSIBLE -> new VoterChange(false, answer.detail(), answer.voters(), answer.index());
            case REFUSED -> throw new ChangeRefusedException("cannot " + what);
            case NOT_YET, ELSEWHERE -> throw new NotAvailableException("did not " + what);
            case UNKNOWN -> throw new OutcomeUnknownException("began to " + what);
        };
    }

    /** Gives up this node's place: another may have it. */
    CompletionStage<Void> leave(Duration limit) {
        // A node leaves once at a time, so this one finds room, whoever else waits.
        ShapeChange leaves = ShapeChange.remove(node()).whileAsManyAreWanted();
        return change(leaves, null, limit, false, "leave()", MOST_WAITING + 1).thenAccept(done -> {});
    }

    /** Whatever waits is answered by that: nothing more comes of it here. */
    void stop() {
        stopped = true;
        attempts.forEach(Attempt::abandon);
        questions.values().forEach(Question::giveUp);
    }

    CompletableFuture<VoterList> list() {
        return told(listed(false), said -> VoterLists.ofOr(said, this::knownLast));
    }

    private CompletableFuture<Map<String, Object>> listed(boolean direct) {
        return asMasterKnows(
                LIST,
                direct,
                running -> VoterLists.toMap(running.voters().list()),
                () -> VoterLists.toMap(knownLast()));
    }

    private CompletableFuture<Map<String, Object>> upgrade(boolean direct) {
        return asMasterKnows(UPGRADE, direct, Replica::upgrade, () -> {
            Replica known = replica.get();
            Situation s = known == null ? null : known.situation();
            return s == null ? Map.of("by", node(), "nodes", List.of()) : UpgradeReport.unknown(s);
        });
    }

    /**
     * As the master knows; as this node does if that is what is asked for, or no master answers. It always comes, also after the
     * end, when there is no loop any more.
     *
     * @param own what this node knows, on the loop
     * @param knownLast what it says without its loop, or before it is part of a cluster
     */
    private CompletableFuture<Map<String, Object>> asMasterKnows(
            String command,
            boolean direct,
            Function<Replica, Map<String, Object>> own,
            Supplier<Map<String, Object>> knownLast) {
        Question question = new Question(new CompletableFuture<>(), knownLast);
        Object key = new Object();
        questions.put(key, question);
        if (stopped) {
            question.giveUp();
        } else {
            onLoop(() -> ask(command, direct, own, question));
        }
        return question.answer().whenComplete((said, failure) -> questions.remove(key));
    }

    private void ask(String command, boolean direct, Function<Replica, Map<String, Object>> own, Question question) {
        Replica running = replica.get();
        Situation s = running == null ? null : running.situation();
        if (running == null || s == null) {
            question.giveUp();
            return;
        }
        Map<String, Object> known = own.apply(running);
        Address master = masterElsewhere(s);
        if (direct || master == null) {
            question.answer().complete(known);
        } else {
            context.ask(s.master(), master, command, Map.of("direct", "true"), ASK_LIMIT)
                    .whenComplete((said, failure) -> question.answer().complete(failure == null ? said : known));
        }
    }

    /** Safe from any thread: the loop may be gone. */
    private VoterList knownLast() {
        Replica known = replica.get();
        Situation s = known == null ? null : known.situation();
        return s == null ? new VoterList(node(), 0, false, 0, List.of()) : VoterLists.of(s);
    }

    private @Nullable Address masterElsewhere(Situation s) {
        if (s.isMaster() || !s.knowsMaster()) {
            return null;
        }
        return s.configuration().members().stream()
                .filter(member -> member.nodeId().equals(s.master()))
                .map(s::addressOf)
                .findFirst()
                .orElse(null);
    }

    private void onLoop(Runnable task) {
        context.runtime().loop().execute(task);
    }

    /** Users hear of it where their callbacks run. */
    @SuppressWarnings("FutureReturnValueIgnored") // whatever comes of it is passed on
    private <A, T> CompletableFuture<T> told(CompletableFuture<A> answer, Function<A, T> as) {
        CompletableFuture<T> told = new CompletableFuture<>();
        Runnable tell = () -> {
            try {
                told.complete(as.apply(answer.join()));
            } catch (RuntimeException e) {
                told.completeExceptionally(e);
            }
        };
        if (!stopped || !answer.isDone()) {
            answer.whenComplete((value, failure) -> context.callbacks().execute(tell));
        }
        if (stopped && answer.isDone()) {
            tell.run(); // to whoever asks, who has attached nothing yet: there may be nobody to run callbacks any more
        }
        return told;
    }

    private String node() {
        return context.node().id();
    }

    /** One wish, until it has an answer. On the loop. */
    private final class Attempt {
        private final CompletableFuture<VoterAnswer> answer = new CompletableFuture<>();
        private final ShapeChange change;
        private final @Nullable Address address;
        private final long deadlineNanos;
        private final boolean dryRun;
        private final String by;
        private final boolean direct;
        /** An answer was missed, so that it may have been done. */
        private volatile boolean asked;
        /** A master has been asked that has not answered yet. */
        private volatile boolean awaits;

        Attempt(
                ShapeChange change,
                @Nullable Address address,
                long deadlineNanos,
                boolean dryRun,
                String by,
                boolean direct) {
            this.change = change;
            this.address = address;
            this.deadlineNanos = deadlineNanos;
            this.dryRun = dryRun;
            this.by = by;
            this.direct = direct;
        }

        CompletableFuture<VoterAnswer> begin(int most) {
            if (attempts.size() >= most) {
                answer.complete(new VoterAnswer(
                        Outcome.NOT_YET,
                        "so many changes of who votes wait already at " + node() + " as may: " + MOST_WAITING,
                        List.of(),
                        0));
                return answer;
            }
            attempts.add(this);
            if (stopped) {
                abandon();
            } else {
                onLoop(this::attempt);
            }
            return answer.whenComplete((said, failure) -> attempts.remove(this));
        }

        /** Safe from any thread. */
        void abandon() {
            answer.complete(new VoterAnswer(
                    asked || (awaits && !dryRun) ? Outcome.UNKNOWN : Outcome.NOT_YET,
                    node() + " is stopping",
                    List.of(),
                    0));
        }

        private long leftNanos() {
            return deadlineNanos - context.runtime().clock().nanoTime();
        }

        @SuppressWarnings("FutureReturnValueIgnored") // the desk always answers
        private void attempt() {
            if (answer.isDone()) {
                return;
            }
            Replica running = replica.get();
            Situation s = running == null ? null : running.situation();
            if (running == null || s == null) {
                elsewhere(node() + " is part of no cluster yet, or its log is still being read");
                return;
            }
            Address master = masterElsewhere(s);
            if (running.isMaster()) {
                awaits = true;
                running.voters()
                        .change(change, address, Math.max(1, leftNanos()), dryRun, by)
                        .thenAccept(this::answered);
            } else if (direct || master == null) {
                elsewhere(
                        s.knowsMaster()
                                ? node() + " is not the master, but " + s.master()
                                : "no master is known to " + node() + "; ha explain says why");
            } else {
                ask(s.master(), master);
            }
        }

        private void ask(String master, Address at) {
            awaits = true;
            long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos()));
            Map<String, String> arguments = new LinkedHashMap<>();
            arguments.put("add", change.added());
            arguments.put("remove", change.removed());
            arguments.put("asWanted", Boolean.toString(change.asWanted()));
            arguments.put("address", address == null ? "" : address.toString());
            arguments.put("dryRun", Boolean.toString(dryRun));
            arguments.put("by", by);
            arguments.put("direct", "true");
            arguments.put("timeoutMillis", Long.toString(millis));
            // The answer comes somewhat later than the time that the master is given.
            String command = change.raises() ? FINISH : CHANGE;
            context.ask(master, at, command, arguments, Duration.ofMillis(Math.min(MOST_MILLIS, millis + 500)))
                    .whenComplete((said, failure) -> onLoop(() -> {
                        if (failure != null) {
                            missed(!dryRun);
                            elsewhere(master + " did not answer: " + failure.getMessage());
                            return;
                        }
                        try {
                            answered(VoterAnswer.of(said));
                        } catch (IllegalArgumentException e) {
                            elsewhere(master + " answers what is not understood; it may be of another release");
                        }
                    }));
        }

        private void answered(VoterAnswer said) {
            if (said.outcome() == Outcome.ELSEWHERE) {
                missed(said.index() > 0 && !dryRun);
                elsewhere(said.detail());
            } else {
                answer.complete(asked ? said.afterAnother() : said);
            }
        }

        private void missed(boolean mayBeDone) {
            if (mayBeDone) {
                asked = true;
            }
        }

        /** Whoever is master soon is asked then. */
        private void elsewhere(String why) {
            awaits = false;
            if (direct) {
                answer.complete(VoterAnswer.elsewhere(why));
            } else if (leftNanos() <= 0) {
                answer.complete(new VoterAnswer(asked ? Outcome.UNKNOWN : Outcome.NOT_YET, why, List.of(), 0));
            } else {
                context.runtime().loop().schedule(Math.min(AGAIN_NANOS, leftNanos()), this::attempt);
            }
        }
    }
}
