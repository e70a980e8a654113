package io.holdfast.replication.node;

import io.holdfast.core.FencingToken;
import io.holdfast.core.Health;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.ElectionEngine.Campaign;
import io.holdfast.core.spi.ElectionEngine.Candidacy;
import io.holdfast.core.spi.ElectionEngine.Listener;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.replication.client.LogClient;
import io.holdfast.replication.roles.RoleCommand;
import io.holdfast.replication.roles.RoleTable;
import io.holdfast.replication.roles.RoleView;
import io.holdfast.replication.session.Commands;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's standing for named roles: enlists in the log, renews one lease for all of them, and tells what the table of roles
 * says of this process. A grant counts while the lease does, which is counted from before each renewal was sent; and only under the
 * generation that this process has been given, since the table that is applied here may be behind. On the loop.
 */
final class RoleElections {
    private static final Logger LOG = LoggerFactory.getLogger(RoleElections.class);
    /** Renewals of the lease within its length. */
    private static final int RENEWALS = 4;

    private static final long LEAVE_NANOS = 2_000_000_000L;

    private final String node;
    private final FeatureContext context;
    private final Clock clock;
    private final EventLoop loop;
    private final LogClient client;
    private final UUID diskId;
    private final long leaseNanos;
    private final TreeMap<String, Standing> standings = new TreeMap<>();
    private @Nullable RoleTable table;
    private volatile Map<String, RoleHolder> holders = Map.of();
    /** Of this process, 0 while it is not enlisted. */
    private long generation;

    private BooleanSupplier follows = () -> true;
    private boolean enlisting;
    private boolean enlistedBefore;
    private long validUntilNanos;
    private int renewing;
    private boolean ticking;
    private boolean looking;
    private boolean stopping;
    private boolean stopped;

    RoleElections(FeatureContext context, LogClient client, UUID diskId, long leaseNanos) {
        this.node = context.node().id();
        this.context = context;
        this.clock = context.runtime().clock();
        this.loop = context.runtime().loop();
        this.client = client;
        this.diskId = diskId;
        this.leaseNanos = leaseNanos;
    }

    /**
     * Says how it is known whether this node gets the log. Who does not, since it was removed for example, and can still write by
     * the links of clients, would be given roles and not see it: its lease is not renewed.
     */
    void onlyWhile(BooleanSupplier thisNodeFollows) {
        follows = thisNodeFollows;
    }

    /** For one role. */
    private final class Standing implements Candidacy {
        private final Campaign campaign;
        private final Listener listener;
        private boolean saying;
        /** What was said last is in the log there; until the table has it, the table is behind. */
        private long saidIndex;
        /** Under which generation it was said that this node stands, and then that it withdraws. */
        private long stoodIn;

        private long withdrawnIn;
        /** Another candidacy for the same role, which begins when this one has ended in the log. */
        private @Nullable Standing next;
        /** Of the grant that the listener knows of; 0 if there is none. */
        private long token;
        /** Of the latest one that was given back. */
        private long releasedToken;

        private String releasedTo = "";
        private long pauseNanos;
        private long askedForToken;
        private boolean withdrawn;

        Standing(Campaign campaign, Listener listener) {
            this.campaign = campaign;
            this.listener = listener;
        }

        Standing last() {
            Standing last = this;
            for (Standing more = next; more != null; more = more.next) {
                last = more;
            }
            return last;
        }

        @Override
        public void release(String to, long pause) {
            if (token != 0) {
                releasedToken = token;
                releasedTo = to;
                pauseNanos = pause;
                token = 0;
                settle();
            }
        }

        @Override
        public void withdraw() {
            withdrawn = true;
            token = 0;
            settle();
        }

        @Override
        public String whyNot(String to) {
            RoleTable known = table;
            return known == null ? "this node is not part of a cluster yet" : known.whyNot(campaign.role(), to);
        }

        /** Says to the log what is not yet as this node wants it; again with each renewal, until it is. */
        void settle() {
            RoleTable known = table;
            if (known == null || saying || (generation != 0 && known.lastIndex() < saidIndex)) {
                return;
            }
            String role = campaign.role();
            if (withdrawn) {
                if (stoodIn != generation || withdrawnIn == generation) {
                    ended(role);
                } else {
                    say(new RoleCommand.Withdraw(node, generation, role));
                }
                return;
            }
            if (generation == 0) {
                return;
            }
            boolean stands = known.standsFor(role, node, generation);
            if (!stands) {
                stoodIn = generation;
                say(new RoleCommand.Stand(node, generation, role, campaign.priority(), campaign.stopWithinNanos()));
            } else if (releasedToken != 0 && holds(known.role(role)) == releasedToken) {
                say(new RoleCommand.Release(node, generation, role, releasedToken, releasedTo, pauseNanos));
            }
        }

        private void ended(String role) {
            standings.remove(role, this);
            if (next != null) {
                standings.put(role, next);
                next.settle();
            }
        }

        private void say(RoleCommand command) {
            if (!client.isReady()) {
                return; // with the next renewal
            }
            saying = true;
            long in = generation;
            write(
                    command,
                    answer -> {
                        saying = false;
                        if (answer != 0 && in == generation) {
                            saidIndex = answer;
                            withdrawnIn = command instanceof RoleCommand.Withdraw ? in : withdrawnIn;
                        }
                        RoleElections.this.look();
                    },
                    () -> saying = false);
        }

        /** Takes note of what the table says. */
        void look(RoleTable known) {
            Optional<RoleView> view = known.role(campaign.role());
            long held = holds(view);
            if (token != 0 && held != token) {
                token = 0;
                listener.revoked("the log says that it is no longer this node's");
            }
            boolean valid = clock.nanoTime() - validUntilNanos < 0;
            if (token == 0 && held != 0 && held != releasedToken && valid && !withdrawn) {
                token = held;
                listener.granted(new FencingToken(held), validUntilNanos);
            }
            if (token != 0 && view.isPresent() && !view.get().wanted().isEmpty() && askedForToken != token) {
                askedForToken = token;
                String wanted = view.get().wanted();
                listener.handOverWanted(wanted, "it is better off with " + wanted);
            }
            settle();
        }

        private long holds(Optional<RoleView> view) {
            return view.isPresent()
                            && view.get().holder().equals(node)
                            && generation != 0
                            && view.get().generation() == generation
                    ? view.get().token()
                    : 0;
        }
    }

    Candidacy campaign(Campaign campaign, Listener listener) {
        Standing standing = new Standing(campaign, listener);
        Standing before = standings.get(campaign.role());
        if (before == null) {
            standings.put(campaign.role(), standing);
        } else {
            before.last().next = standing; // it has been withdrawn, and the log may not know yet
        }
        act();
        return standing;
    }

    Optional<RoleHolder> holder(String role) {
        return Optional.ofNullable(holders.get(role));
    }

    private void act() {
        if (table == null || stopped || stopping || standings.isEmpty()) {
            return;
        }
        if (!ticking) {
            ticking = true;
            tick();
        } else {
            new ArrayList<>(standings.values()).forEach(Standing::settle);
        }
    }

    private void tick() {
        if (stopped || stopping || standings.isEmpty()) {
            ticking = false;
            return;
        }
        if (!follows.getAsBoolean()) {
            LOG.debug("{} does not get the log, and stands for no role meanwhile", node);
        } else if (generation == 0) {
            enlist();
        } else {
            renew();
            new ArrayList<>(standings.values()).forEach(Standing::settle);
        }
        loop.schedule(leaseNanos / RENEWALS, this::tick);
    }

    private void enlist() {
        RoleTable known = table;
        if (enlisting || known == null) {
            return;
        }
        enlisting = true;
        long sent = clock.nanoTime();
        write(
                new RoleCommand.Enlist(node, known.generationOf(node), diskId, leaseNanos, health()),
                answer -> {
                    enlisting = false;
                    if (answer == 0) {
                        return; // the table here is behind: again with the next turn
                    }
                    generation = answer;
                    validUntilNanos = sent + leaseNanos;
                    LOG.info(
                            "{} stands for {} roles{}",
                            node,
                            standings.size(),
                            enlistedBefore ? " again, after it had been taken for dead" : "");
                    enlistedBefore = true;
                    look();
                },
                () -> enlisting = false);
    }

    private void renew() {
        if (renewing >= RENEWALS || !client.isReady()) {
            return;
        }
        renewing++;
        long of = generation;
        long sent = clock.nanoTime();
        write(
                new RoleCommand.Renew(node, of, health()),
                answer -> {
                    renewing--;
                    if (of == generation) {
                        renewed(answer != 0, sent);
                    }
                },
                () -> renewing--);
    }

    private void renewed(boolean lives, long sentNanos) {
        if (!lives) {
            generation = 0;
            look();
            enlist();
            return;
        }
        if (sentNanos + leaseNanos - validUntilNanos > 0) {
            validUntilNanos = sentNanos + leaseNanos;
            for (Standing standing : standings.values()) {
                if (standing.token != 0) {
                    standing.listener.extended(validUntilNanos);
                }
            }
        }
        look();
    }

    private int health() {
        Health now = context.nodeHealth();
        return switch (now) {
            case UP -> 0;
            case DEGRADED -> 1;
            case DOWN -> 2;
        };
    }

    /** @param done given the answer as a number */
    @SuppressWarnings("FutureReturnValueIgnored") // what becomes of it is looked at in the callback
    private void write(RoleCommand command, LongConsumer done, Runnable failed) {
        client.writeUrgent(Commands.ROLES, command.encode(), leaseNanos)
                .whenComplete((answer, failure) -> loop.execute(() -> {
                    if (stopped) {
                        return;
                    }
                    if (failure == null) {
                        done.accept(ByteBuffer.wrap(answer).getLong());
                    } else {
                        LOG.debug("{}: {} came to nothing: {}", node, command, failure.toString());
                        failed.run();
                    }
                }));
    }

    /** The table, which this node has as a part of a cluster, may be different; that is looked at after the entries at hand. */
    void changed(RoleTable known) {
        boolean first = table == null;
        table = known;
        if (first) {
            act();
        }
        if (!looking) {
            looking = true;
            loop.execute(this::look);
        }
    }

    private void look() {
        looking = false;
        RoleTable known = table;
        if (known == null || stopped) {
            return;
        }
        Map<String, RoleHolder> now = new HashMap<>();
        for (RoleView role : known.all()) {
            if (!role.holder().isEmpty()) {
                now.put(role.role(), new RoleHolder(role.holder(), new FencingToken(role.token())));
            }
        }
        holders = Map.copyOf(now);
        for (Standing standing : new ArrayList<>(standings.values())) {
            standing.look(known);
        }
    }

    /** Its callbacks have ended: gives everything back, and waits a little for that to be decided. */
    void stop(Runnable done) {
        if (generation == 0 || stopped) {
            stopped = true;
            done.run();
            return;
        }
        boolean[] over = {false};
        Runnable end = () -> {
            if (!over[0]) {
                over[0] = true;
                stopped = true;
                done.run();
            }
        };
        long of = generation;
        generation = 0;
        stopping = true;
        loop.schedule(Math.min(LEAVE_NANOS, leaseNanos), end);
        write(new RoleCommand.Leave(node, of), answer -> end.run(), end);
    }
}
