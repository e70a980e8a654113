package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.Catalogue.Verification;
import io.holdfast.backup.catalog.DrillRecord;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.plan.StormWorld.Driven;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * The real driver over days of virtual time: layers go away and fail, processes die in the midst of a call, the role moves and the old
 * holder hears of it late, clocks jump, the cluster is lost and restored from what is there. While that goes on, each catalogue lists only
 * what is whole, no layer ever loses its last good backup, and a restore from what is there to any point brings what the log held at that
 * point. Once it has ended, each layer soon has all that it should, the log to its end, and nothing else.
 */
class BackupStormTest {
    /** Short ones, in which all of {@link #WANTED} is seen, each of it in two at least. Others, and long ones: {@code simulate.sh --backups}. */
    private static final List<Long> SEEDS = List.of(5L, 7L, 18L, 26L, 27L, 32L);
    /** As many more, at the most, as it takes to see what is not seen any more in those since something was changed. */
    private static final int MORE = 16;
    /** Short storms cost a tenth, and have as many disturbances in an hour. */
    private static final int HASTE = 4;

    private static final int LONG_ONES = 24;
    private static final List<String> WANTED = List.of(
            "copied",
            "deleted",
            "failed LAYER",
            "failed SOURCE",
            "failed GAP",
            "failed DEPOSED",
            "failed FROM",
            "raised LAYER_FAILING",
            "raised CLOCK_SET",
            "drilled PROVEN state",
            "drilled PROVEN files",
            "a drill failed LAYER",
            "made state LOG",
            "made state PHYSICAL",
            "restored",
            "restored through faults",
            "restore refused NO_BACKUP",
            "restore refused NOT_REACHED",
            "begun anew");
    private static final Duration STORM = Duration.ofHours(30);
    /** More than the longest pause after failures, and a turn of each schedule. */
    private static final Duration CALM = Duration.ofHours(14);

    private final Map<String, Set<String>> had = new HashMap<>();
    /** By how much the storm is shorter than a long one. */
    private int haste = 1;

    /** What storms tell is of what they bring about: megabytes of it. */
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("io.holdfast.backup");

    @BeforeEach
    void tellNothing() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterEach
    void tellAgain() {
        LOGGER.setLevel(null);
    }

    @Test
    void storms() {
        Map<String, Integer> seen = new TreeMap<>();
        for (long seed : SEEDS) {
            run(seed).forEach((what, count) -> seen.merge(what, count, Integer::sum));
        }
        long last = Collections.max(SEEDS);
        for (long seed = last + 1; seed <= last + MORE && !seen.keySet().containsAll(WANTED); seed++) {
            run(seed).forEach((what, count) -> seen.merge(what, count, Integer::sum));
        }
        WANTED.forEach(what -> assertTrue(seen.containsKey(what), "no storm had: " + what + ", of " + seen));
    }

    /** One storm and the calm after it; says what happened in it, how often. */
    static Map<String, Integer> run(long seed) {
        int haste = seed % LONG_ONES == 1 ? 1 : HASTE;
        StormWorld world = new StormWorld(seed, 2 + (int) (seed % 2), haste);
        try {
            BackupStormTest storm = new BackupStormTest();
            storm.haste = haste;
            storm.storm(world);
            storm.calm(world);
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError("seed " + seed + ": " + failure.getMessage() + " after " + world, failure);
        }
        return world.made();
    }

    private void storm(StormWorld world) {
        StormRestore restore = new StormRestore(world);
        world.grant(world.nodes.get(0), true);
        long end = STORM.dividedBy(haste).toNanos();
        world.sourcesFail = true;
        while (world.simulation.nowNanos() < end) {
            world.simulation.runFor(Duration.ofMinutes(1 + world.random.nextInt(40)));
            disturb(world, restore);
            if (world.random.nextInt(4) == 0) {
                restore.fromWhole();
            }
            check(world, world.random.nextInt(8) == 0);
        }
        check(world, true);
    }

    private static void disturb(StormWorld world, StormRestore restore) {
        revive(world);
        Driven some = world.nodes.get(world.random.nextInt(world.nodes.size()));
        StormRepository layer = world.layers.get(world.random.nextInt(world.layers.size()));
        switch (world.random.nextInt(12)) {
            case 0 -> layer.away(true);
            case 1, 2 -> layer.away(false);
            case 3 -> layer.failing(world.random.nextDouble() / 5);
            case 4 -> layer.failing(0);
            case 5, 6 -> move(world, some, world.random.nextBoolean());
            case 7 -> {
                some.kill();
                some.start();
            }
            case 8 -> some.process.dieAt(world.random.nextInt(60));
            case 9 -> some.node.jumpWallClock(Duration.ofMinutes(world.random.nextInt(20_000) - 10_000));
            case 10 -> restore.throughFaults();
            default -> {
                if (world.random.nextInt(4) == 0) {
                    restore.fromWhole().ifPresent(done -> {
                        world.begin(done);
                        world.count("begun anew");
                    });
                }
            }
        }
        revive(world);
        if (world.holder == null) {
            move(world, world.nodes.get(world.random.nextInt(world.nodes.size())), true);
        }
    }

    /** Who died in the midst of a call is started again. */
    private static void revive(StormWorld world) {
        for (Driven node : world.nodes) {
            if (node.process.isDead()) {
                node.kill();
                node.start();
            }
        }
    }

    private static void move(StormWorld world, Driven to, boolean oldOneHears) {
        if (world.holder != to) {
            world.grant(to, oldOneHears);
        }
    }

    /** What is listed is whole, and of what was there once, there is always one. */
    private void check(StormWorld world, boolean read) {
        assertEquals(List.of(), world.unexpected);
        for (StormRepository layer : world.layers) {
            Listing listing = world.catalogue(layer).list();
            assertEquals(List.of(), listing.damaged());
            Set<String> sources = new TreeSet<>();
            for (Manifest manifest : listing.backups()) {
                if (read) {
                    read(world, layer, manifest);
                }
                if (manifest.kind() != BackupKind.LOG) {
                    sources.add(manifest.source());
                }
            }
            Set<String> once = had.computeIfAbsent(layer.toString(), l -> new TreeSet<>());
            assertTrue(sources.containsAll(once), "there were backups of " + once + ", and are of " + sources);
            once.addAll(sources);
        }
    }

    private static void read(StormWorld world, StormRepository layer, Manifest manifest) {
        for (Manifest.StoredObject object : manifest.objects()) {
            try (ContainerReader reader = world.catalogue(layer).open(manifest, object.name())) {
                reader.drain();
            } catch (IOException | RuntimeException broken) {
                throw new AssertionError(layer + " lists what is not whole: " + broken, broken);
            }
        }
    }

    private void calm(StormWorld world) {
        Duration calm = CALM.dividedBy(haste);
        world.sourcesFail = false;
        world.layers.forEach(layer -> {
            layer.away(false);
            layer.failing(0);
        });
        world.nodes.forEach(node -> node.process.dieAt(-1));
        revive(world);
        Driven last = world.nodes.get(0);
        if (world.holder == last) {
            world.grant(world.nodes.get(1), true);
            world.simulation.runFor(Duration.ofMinutes(30));
        }
        // A new grant forgets what was given up under the one before, an hour after that.
        world.grant(last, true);
        world.simulation.runFor(calm.dividedBy(2));
        world.grant(world.nodes.get(2), true);
        world.simulation.runFor(calm.dividedBy(2));
        world.grant(world.nodes.get(1), true);
        long calls = calls(world);
        world.simulation.runFor(calm);
        check(world, true);
        // At most what archiving, copying and looking cost: nobody turns in a circle.
        assertTrue(calls(world) - calls < 600_000, (calls(world) - calls) + " calls in " + calm);
        long archived = world.log.last() - 30;
        assertEquals(0, world.made().getOrDefault("drilled MISMATCH state", 0), "what is restored is what there was");
        for (StormRepository layer : world.layers) {
            complete(world, layer, archived);
            nothingIsLeftOver(world, layer);
            proven(world, layer, "state");
            proven(world, layer, "files");
        }
        for (StormRepository layer : world.layers) {
            LayerState state = state(world, layer);
            union(world).compare(state, world.nodes.get(1).now());
            assertEquals(List.of(), state.lacks, "what " + layer + " lacks");
        }
    }

    private static Inventories union(StormWorld world) {
        return Inventories.of(
                world.layers.stream().map(layer -> state(world, layer)).toList());
    }

    private static LayerState state(StormWorld world, StormRepository layer) {
        LayerState state = new LayerState(world.plan().layers().get(world.layers.indexOf(layer)));
        state.seen(new Job.Result.Seen(Entries.of(world.catalogue(layer).list(), "shop"), List.of()), 0);
        return state;
    }

    private static long calls(StormWorld world) {
        return world.layers.stream().mapToLong(StormRepository::calls).sum();
    }

    private static void complete(StormWorld world, StormRepository layer, long archived) {
        List<Entry> entries = Entries.of(world.catalogue(layer).list(), "shop");
        LogChain log = LogChain.of(entries).stream()
                .filter(chain -> chain.logId().equals(world.logId()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing of " + world.logId()));
        Entry base = log.lastBase().orElseThrow(() -> new AssertionError("no backup of " + world.logId()));
        long reach = log.reach(base);
        assertTrue(reach >= archived, "archived to " + reach + " and the log has " + world.log.last());
        assertTrue(entries.stream().anyMatch(entry -> entry.source().equals("files")), "no files in " + entries.size());
    }

    /** Not longer ago than the turn of each takes, and one more. */
    private static void proven(StormWorld world, StormRepository layer, String source) {
        List<DrillRecord> drills = world.catalogue(layer).drills();
        Instant now = world.nodes.get(1).now().instant();
        DrillRecord last = drills.stream()
                .filter(drill -> drill.isGood() && drill.source().equals(source))
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new AssertionError(layer + " was never proven"));
        Duration turn = StormWorld.DRILL_EVERY.plusMinutes(30).multipliedBy(world.layers.size() + 1);
        assertTrue(last.id().began().isAfter(now.minus(turn)), layer + " at " + now + ": " + last);
        assertEquals(source.equals("state") ? world.logId() : "", last.logId());
        assertTrue(drills.size() <= 22, drills.size() + " are kept");
    }

    private static void nothingIsLeftOver(StormWorld world, StormRepository layer) {
        Verification verification = world.catalogue(layer).verify(Progress.NONE);
        assertTrue(verification.isClean(), verification.toString());
        assertEquals(List.of(), verification.unfinished());
        Set<String> there = new TreeSet<>(layer.objects.names());
        for (Manifest manifest : world.catalogue(layer).list().backups()) {
            there.remove("backups/" + manifest.id());
            manifest.objects().forEach(object -> there.remove(object.name()));
            there.removeIf(name -> name.startsWith("adopted/" + manifest.id() + "/"));
        }
        there.removeIf(name -> name.startsWith("fences/") || name.startsWith("epochs/") || name.startsWith("drills/"));
        assertEquals(Set.of(), there);
    }
}
