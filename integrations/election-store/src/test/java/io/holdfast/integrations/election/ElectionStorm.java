package io.holdfast.integrations.election;

import io.holdfast.core.FencingToken;
import io.holdfast.core.Health;
import io.holdfast.core.spi.ElectionEngine.Campaign;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Cores, a store, and what comes between them; see {@link ElectionStormTest}. Times are milliseconds of the world's clock. */
final class ElectionStorm {
    private static final long LEASE = 1_000;
    private static final long DRIFT = 100;
    private static final long STOP_WITHIN = 200;
    private static final List<Health> HEALTHS = List.of(Health.UP, Health.DEGRADED, Health.DOWN);
    private static final List<String> ROLES = List.of("master", "a", "b");
    private static final long MILLI = 1_000_000L;

    private record Event(long at, long order, Runnable what) {}

    /** What a role's callbacks are at one node. */
    private static final class Held {
        FencingToken token;
        long validUntil; // of the node's clock, nanoseconds
        boolean ending;
        long endsAt; // of the world, when the callbacks have returned; meaningful while ending
    }

    private final class Machine {
        final String id;
        final double rate;
        final long offset;
        ElectionCore core;
        boolean busy;
        int life;
        int readIndex;
        final Map<String, Held> held = new TreeMap<>();

        Machine(String id) {
            this.id = id;
            this.rate = 1 + (random.nextDouble() - 0.5) * 0.06;
            this.offset = random.nextLong(1L << 40);
            birth();
        }

        void birth() {
            core = new ElectionCore(
                    id,
                    new ElectionTiming(
                            Duration.ofMillis(LEASE),
                            Duration.ofMillis(DRIFT),
                            null,
                            null,
                            Duration.ofMillis(random.nextBoolean() ? 3_000 : 0),
                            0),
                    random.split());
            busy = false;
            held.clear();
            for (String role : ROLES) {
                core.stand(new Campaign(role, random.nextInt(2), STOP_WITHIN * MILLI));
            }
        }

        long now() {
            return offset + (long) (now * MILLI * rate);
        }

        /** When this node's clock will say that, by the world's. */
        long world(long nanos) {
            return (long) ((nanos - offset) / (MILLI * rate));
        }
    }

    private final SplittableRandom random;
    private final long overstay;
    private final MemoryStore store = new MemoryStore();
    private final List<List<StoredRecord>> history = new ArrayList<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.at() == b.at() ? Long.compare(a.order(), b.order()) : Long.compare(a.at(), b.at()));
    private final List<Machine> machines = new ArrayList<>();
    private final Map<String, FencingToken> tokens = new TreeMap<>();
    private long now;
    private long order;
    private boolean faults = true;
    private String wrong = "";
    private long grants;
    private long lapses;

    /** @param overstay for how long nodes go on after they should have ended */
    ElectionStorm(long seed, long overstay) {
        this.random = new SplittableRandom(seed);
        this.overstay = overstay;
        history.add(List.of());
        for (int i = 1; i <= 3; i++) {
            Machine machine = new Machine("node-" + i);
            machines.add(machine);
            wake(machine, machine.life);
        }
    }

    private void at(long time, Runnable what) {
        events.add(new Event(Math.max(now, time), order++, what));
    }

    void rage(long millis) {
        run(millis);
    }

    void calmDown(long millis) {
        faults = false;
        run(millis);
    }

    private void run(long millis) {
        long end = now + millis;
        while (wrong.isEmpty() && !events.isEmpty() && events.peek().at() <= end) {
            Event next = events.poll();
            now = next.at();
            next.what().run();
        }
        now = end;
    }

    private boolean chance(double probability) {
        return faults && random.nextDouble() < probability;
    }

    /** Once in a while everything of a node happens; the same as its driver's step. */
    private void wake(Machine m, int life) {
        if (m.life != life) {
            return;
        }
        if (chance(0.0005)) {
            m.life++;
            m.birth();
            int next = m.life;
            at(now + random.nextInt(3_000), () -> wake(m, next));
            return;
        }
        if (chance(0.005)) {
            m.core.health(HEALTHS.get(random.nextInt(3)));
        } else if (!faults) {
            m.core.health(Health.UP);
        }
        step(m);
        at(now + 5 + random.nextInt(20), () -> wake(m, life));
    }

    private void step(Machine m) {
        m.core.look(m.now());
        endByTime(m);
        if (!m.busy) {
            Request request = m.core.next(m.now());
            if (request != null) {
                send(m, request);
            }
        }
        tell(m);
    }

    private void send(Machine m, Request request) {
        m.busy = true;
        int life = m.life;
        long started = m.now();
        long limit = now + LEASE / 4;
        long reached = now + 1 + random.nextInt(5) + (chance(0.05) ? random.nextInt(4_000) : 0);
        boolean lost = chance(0.03);
        boolean[] over = {false};
        at(limit, () -> {
            if (!over[0] && m.life == life) {
                over[0] = true;
                m.busy = false;
                m.core.failed(request, m.now());
                step(m);
            }
        });
        if (lost) {
            return;
        }
        at(reached, () -> {
            Runnable answer = carryOut(m, request, started);
            long back = now + 1 + random.nextInt(5) + (chance(0.05) ? random.nextInt(1_000) : 0);
            if (chance(0.03)) {
                return;
            }
            at(back, () -> {
                if (!over[0] && m.life == life) {
                    over[0] = true;
                    m.busy = false;
                    answer.run();
                    step(m);
                }
            });
        });
    }

    private Runnable carryOut(Machine m, Request request, long started) {
        try {
            if (request instanceof Request.Write write) {
                boolean done = store.commit(write.changes());
                if (done) {
                    history.add(store.readAll());
                }
                return () -> {
                    if (done) {
                        m.core.written(write, started, m.now());
                    } else {
                        m.core.conflict(write);
                    }
                };
            }
            List<StoredRecord> seen = read(m);
            return () -> m.core.read(seen, m.now());
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Roles of one state, nodes of that or a later one, neither older than what the node has seen before. */
    private List<StoredRecord> read(Machine m) {
        int newest = history.size() - 1;
        int roles = chance(0.2) ? m.readIndex + random.nextInt(newest - m.readIndex + 1) : newest;
        int nodes = roles + random.nextInt(newest - roles + 1);
        m.readIndex = nodes;
        List<StoredRecord> seen = new ArrayList<>();
        history.get(roles).stream()
                .filter(r -> r.key().startsWith(RecordStore.ROLES))
                .forEach(seen::add);
        history.get(nodes).stream()
                .filter(r -> r.key().startsWith(RecordStore.NODES))
                .forEach(seen::add);
        return seen;
    }

    private void tell(Machine m) {
        for (Effect effect : m.core.drain()) {
            Held held = m.held.get(effect.role());
            boolean open = held != null && !held.ending;
            if (effect instanceof Effect.Granted granted) {
                granted(m, granted);
            } else if (open && effect instanceof Effect.Extended extended) {
                held.validUntil = Math.max(held.validUntil, extended.validUntilNanos());
            } else if (open && effect instanceof Effect.Revoked) {
                end(m, effect.role(), held, false, "");
            } else if (open && effect instanceof Effect.HandOverWanted wanted) {
                end(m, effect.role(), held, true, wanted.to());
            }
        }
    }

    private void granted(Machine m, Effect.Granted granted) {
        String role = granted.role();
        grants++;
        FencingToken before = tokens.put(role, granted.token());
        if (before != null && before.compareTo(granted.token()) >= 0) {
            wrong = now + ": " + m.id + " has " + role + " with token " + granted.token() + " after " + before;
        }
        for (Machine other : machines) {
            Held held = other.held.get(role);
            if (held == null || other == m) {
                continue; // the node's own callbacks are serial by themselves
            }
            boolean valid = !held.ending && now < other.world(held.validUntil) + overstay;
            boolean runs = held.ending && now < held.endsAt;
            if (valid || runs) {
                wrong = now + ": " + m.id + " has " + role + " with token " + granted.token() + " while " + other.id
                        + (valid ? " has it" : " still stops") + " with token " + held.token;
            }
        }
        if (m.held.containsKey(role)) {
            m.core.release(role, "", 0, m.now()); // the core of a node would wait; giving it back is allowed, too
            return;
        }
        Held held = new Held();
        held.token = granted.token();
        held.validUntil = granted.validUntilNanos();
        m.held.put(role, held);
        if (chance(0.3)) {
            int life = m.life;
            at(now + random.nextInt(10_000), () -> {
                if (m.life == life && m.held.get(role) == held && !held.ending) {
                    end(m, role, held, true, machines.get(random.nextInt(3)).id);
                }
            });
        }
    }

    private void endByTime(Machine m) {
        Map.copyOf(m.held).forEach((role, held) -> {
            if (!held.ending && m.now() - held.validUntil >= 0) {
                lapses++;
                // its watchdog was on time, whenever this step is
                held.endsAt = m.world(held.validUntil) + random.nextLong(STOP_WITHIN) + overstay;
                stop(m, role, held, true, "");
            }
        });
    }

    private void end(Machine m, String role, Held held, boolean release, String to) {
        long ended = Math.min(now, m.world(held.validUntil));
        held.endsAt = ended + random.nextLong(STOP_WITHIN) + overstay;
        stop(m, role, held, release, to);
    }

    private void stop(Machine m, String role, Held held, boolean release, String to) {
        held.ending = true;
        int life = m.life;
        at(held.endsAt, () -> {
            if (m.life == life) {
                m.held.remove(role, held);
                if (release) {
                    m.core.release(role, to, chance(0.3) ? 2_000 * MILLI : 0, m.now());
                }
                step(m);
            }
        });
    }

    String wrong() {
        return wrong;
    }

    long grants() {
        return grants;
    }

    long lapses() {
        return lapses;
    }

    /** The roles that somebody validly holds. */
    List<String> held() {
        List<String> held = new ArrayList<>();
        for (Machine m : machines) {
            m.held.forEach((role, h) -> {
                if (!h.ending && now < m.world(h.validUntil)) {
                    held.add(role);
                }
            });
        }
        return held;
    }
}
