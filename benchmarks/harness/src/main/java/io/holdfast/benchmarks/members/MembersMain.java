package io.holdfast.benchmarks.members;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.LogManager;

/**
 * Measures one membership: {@code MembersMain SYSTEM SETTINGS N PORT IDLE LOAD VICTIMS}. N nodes on loopback, the last VICTIMS of
 * them in JVMs of their own and all others in this one: three of them join one after the other; then the cluster is left alone
 * for IDLE seconds, has to share both cores with four busy threads for LOAD seconds, and loses its victims, half of them by SIGKILL,
 * then half by SIGSTOP. Prints figures as lines {@code @row METRIC TAB VALUE TAB UNIT}, and what happens for people.
 */
public final class MembersMain {
    /** Begins each line with a figure. */
    public static final String ROW = "@row ";

    private static final int JOINS = 3;
    private static final int BUSY_THREADS = 4;
    private static final long FORM_MILLIS = 90_000;
    private static final long JOIN_MILLIS = 60_000;
    private static final long AGREE_MILLIS = 45_000;
    private static final long DEATH_MILLIS = 120_000;

    private final MemberSystem system;
    private final String systemClass;
    private final String settings;
    private final int size;
    private final int port;
    private final List<MemberNode> nodes = new CopyOnWriteArrayList<>();
    private final List<Victim> victims = new ArrayList<>();
    /** Who was removed by anybody, and when. */
    private final Map<String, ConcurrentLinkedQueue<Long>> removed = new ConcurrentHashMap<>();

    private MembersMain(String systemClass, String settings, int size, int port) throws Exception {
        this.system = system(systemClass, settings);
        this.systemClass = systemClass;
        this.settings = settings;
        this.size = size;
        this.port = port;
    }

    static MemberSystem system(String systemClass, String settings) throws Exception {
        LogManager.getLogManager().reset();
        return Class.forName(systemClass)
                .asSubclass(MemberSystem.class)
                .getConstructor(String.class)
                .newInstance(settings);
    }

    /** See the class. */
    public static void main(String[] args) throws Exception {
        int status = 1;
        MembersMain main = new MembersMain(args[0], args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        try {
            main.run(Integer.parseInt(args[4]), Integer.parseInt(args[5]), Integer.parseInt(args[6]));
            status = 0;
        } catch (Throwable broken) {
            broken.printStackTrace(System.out);
        } finally {
            main.victims.forEach(Victim::end);
        }
        System.out.flush();
        Runtime.getRuntime().halt(status); // some of the systems take long to end, or do not
    }

    private static void row(String metric, double value, String unit) {
        System.out.println(ROW + metric + "\t" + String.format(Locale.ROOT, "%.4f", value) + "\t" + unit);
    }

    private static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    private void run(int idle, int load, int victimCount) throws Exception {
        long heap = Usage.heap();
        long direct = Usage.direct();
        int threads = Usage.threads();
        form(size - victimCount - JOINS, victimCount);
        for (int join = 0; join < JOINS; join++) {
            Thread.sleep(3_000);
            join();
        }
        Thread.sleep(5_000);
        int here = nodes.size();
        row("heap", (Usage.heap() - heap) / 1024.0 / here, "KiB");
        row("direct", (Usage.direct() - direct) / 1024.0 / here, "KiB");
        row("threads", (Usage.threads() - threads) / (double) here, "1");
        row(
                "threads, alone",
                victims.stream().mapToInt(Victim::threads).average().orElse(0),
                "1");
        removed.clear();
        idle(idle, victimCount);
        load(load);
        for (int i = 0; i < victimCount; i++) {
            Thread.sleep(2_000);
            lose(victims.get(i), i < victimCount / 2 ? "KILL" : "STOP");
        }
    }

    private void form(int bulk, int victimCount) throws Exception {
        long begin = System.nanoTime();
        for (int i = 0; i < bulk; i++) {
            nodes.add(system.start("n" + i, port + i, port, this::removed));
        }
        boolean formed = await(FORM_MILLIS, () -> all(bulk));
        row("form", (System.nanoTime() - begin) / 1e9, "s");
        say("%d nodes, one after the other: %s", bulk, formed ? "all see all" : "not all see all " + sizes());
        for (int i = 1; i <= victimCount; i++) {
            victims.add(new Victim(systemClass, settings, "v" + i, port + size - i, port));
        }
        if (!await(FORM_MILLIS, () -> all(bulk + victimCount))) {
            throw new IOException("the cluster does not form: " + sizes());
        }
    }

    private void removed(String by, String who) {
        removed.computeIfAbsent(who, w -> new ConcurrentLinkedQueue<>()).add(System.nanoTime());
    }

    private long removals() {
        return removed.values().stream().mapToLong(ConcurrentLinkedQueue::size).sum();
    }

    private long suspicions() {
        return nodes.stream().mapToLong(MemberNode::suspicions).sum();
    }

    /** Until all see it, itself and the victims included; from before it is started. */
    private void join() throws Exception {
        int wanted = nodes.size() + victims.size() + 1;
        String name = "n" + nodes.size();
        long beginMillis = System.currentTimeMillis();
        long begin = System.nanoTime();
        nodes.add(system.start(name, port + nodes.size(), port, this::removed));
        double started = (System.nanoTime() - begin) / 1e6;
        boolean seen = await(JOIN_MILLIS, () -> nodes.stream().allMatch(node -> node.size() == wanted));
        double here = (System.nanoTime() - begin) / 1e6;
        seen &= await(JOIN_MILLIS, () -> victims.stream().allMatch(victim -> victim.size() == wanted));
        double there = 0;
        for (Victim victim : victims) {
            there = Math.max(there, (double) victim.sizeMillis() - beginMillis);
        }
        row(seen ? "join" : "join, not within a minute", Math.max(here, there), "ms");
        say(
                "%s joined: started in %.0f ms, all see %d after %.0f ms%s",
                name, started, wanted, Math.max(here, there), seen ? "" : ", or do not: " + sizes());
    }

    private void idle(int seconds, int victimCount) throws Exception {
        MemberSystem.Sent sent = system.sent(nodes);
        long wire = Usage.loopback();
        double cpu = Usage.cpu();
        double machine = Usage.machine();
        long suspicions = suspicions();
        long begin = System.nanoTime();
        Thread.sleep(seconds * 1_000L);
        double took = (System.nanoTime() - begin) / 1e9;
        int here = nodes.size();
        MemberSystem.Sent more = system.sent(nodes);
        row("bytes", (more.bytes() - sent.bytes()) / took / here, "B/s");
        row("messages", (more.messages() - sent.messages()) / took / here, "1/s");
        row("wire bytes", (Usage.loopback() - wire) / took / (here + victimCount), "B/s");
        double own = Usage.cpu() - cpu;
        row("cpu", 100 * own / took / here, "%");
        row("machine", (Usage.machine() - machine - own) / took, "cores");
        row("suspicions, idle", (double) suspicions() - suspicions, "1");
        row("false deaths, idle", (double) removals(), "1");
        say("idle for %d s: removals %d, suspicions %d", seconds, removals(), suspicions() - suspicions);
    }

    private void load(int seconds) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        double cpu = Usage.cpu();
        double machine = Usage.machine();
        long before = removals();
        long suspicions = suspicions();
        for (int i = 0; i < BUSY_THREADS; i++) {
            Thread busy = new Thread(
                    () -> {
                        double x = 1;
                        while (!stop.get()) {
                            x = Math.sin(x) + 1;
                        }
                        if (x == 42) {
                            say("never");
                        }
                    },
                    "busy");
            busy.setDaemon(true);
            busy.start();
        }
        Thread.sleep(seconds * 1_000L);
        stop.set(true);
        row("machine, busy", (Usage.machine() - machine - (Usage.cpu() - cpu)) / seconds, "cores");
        boolean agree = await(AGREE_MILLIS, () -> all(size));
        row("false deaths, busy", (double) removals() - before, "1");
        row("suspicions, busy", (double) suspicions() - suspicions, "1");
        row("agreed after the load", agree ? 1 : 0, "1");
        say(
                "%d busy threads for %d s: removals %d of %s, suspicions %d; then %s",
                BUSY_THREADS,
                seconds,
                removals() - before,
                removed.keySet(),
                suspicions() - suspicions,
                agree ? "all see all" : "not: " + sizes());
    }

    private void lose(Victim victim, String signal) throws Exception {
        removed.clear();
        long begin = System.nanoTime();
        victim.signal(signal);
        boolean gone = await(DEATH_MILLIS, () -> nodes.stream().noneMatch(node -> node.sees(victim.name())));
        double last = (System.nanoTime() - begin) / 1e9;
        Thread.sleep(50); // the last of them may be about to say so
        ConcurrentLinkedQueue<Long> told = removed.getOrDefault(victim.name(), new ConcurrentLinkedQueue<>());
        double first = told.stream().mapToDouble(at -> (at - begin) / 1e9).min().orElse(last);
        row("SIG" + signal + (gone ? "" : ", not within two minutes"), last, "s");
        row("SIG" + signal + ", first", first, "s");
        row("false deaths, SIG" + signal, (double) removals() - told.size(), "1");
        say(
                "SIG%s of %s: first %.2f s, last %.2f s%s; others removed: %d",
                signal, victim.name(), first, last, gone ? "" : " (not all)", removals() - told.size());
        victim.end();
    }

    private boolean all(int wanted) {
        return nodes.stream().allMatch(node -> node.size() == wanted)
                && victims.stream().allMatch(victim -> victim.size() == wanted);
    }

    private static boolean await(long millis, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + millis * 1_000_000;
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(2); // between two looks
        }
        return true;
    }

    private Map<Integer, Integer> sizes() {
        Map<Integer, Integer> sizes = new TreeMap<>();
        nodes.forEach(node -> sizes.merge(node.size(), 1, Integer::sum));
        victims.forEach(victim -> sizes.merge(victim.size(), 1, Integer::sum));
        return sizes;
    }
}
