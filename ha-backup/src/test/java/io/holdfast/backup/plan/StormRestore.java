package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.StateRestore;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.core.HoldfastException;
import io.holdfast.core.spi.StateRestorer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Restores what the layers hold in a storm, and compares it with what the log held at that entry. What the catalogues say is there has to
 * be restored; what they do not may be refused.
 */
final class StormRestore {
    private final StormWorld world;
    private final SplittableRandom random;
    private int highestEpoch;

    StormRestore(StormWorld world) {
        this.world = world;
        this.random = world.simulation.random("restore");
    }

    /** What has been restored, and compared. */
    record Done(StormLog log, long index, int epoch) {}

    /** From whole layers, all of which are there: what the catalogues list can be restored. */
    Optional<Done> fromWhole() {
        List<BackupRepository> all = new ArrayList<>();
        world.layers.forEach(layer -> all.add(layer.objects));
        RestoreBound bound = bound();
        String logId = random.nextBoolean() ? "" : some(world.logs.values()).id();
        StormTarget target = new StormTarget();
        StateRestorer.Restored restored;
        try {
            restored = restore(all, bound, logId, false, target);
        } catch (RestoreRefusedException refused) {
            assertFalse(
                    isThere(bound, logId),
                    "refused is what the catalogues list: " + bound + " of the log '" + logId + "': " + refused);
            world.count("restore refused " + refused.reason());
            return Optional.empty();
        }
        world.count("restored");
        if (!logId.isEmpty()) {
            assertEquals(logId, target.logId());
        } else if (isThere(bound, "")) {
            assertEquals(newest(manifests().values()), Optional.of(target.logId()), bound + " is the newest log's");
        }
        StormLog log = compare(bound, target, restored);
        assertTrue(restored.epoch() > highestEpoch, "epoch " + restored.epoch() + " was claimed before");
        highestEpoch = restored.epoch();
        return Optional.of(new Done(log, restored.index(), restored.epoch()));
    }

    /** Through the faults of the storm, and without layers that are away: it may fail, and what it restores is right nevertheless. */
    void throughFaults() {
        StormRepository.Life process = new StormRepository.Life();
        if (random.nextInt(3) == 0) {
            process.dieAt(random.nextInt(400));
        }
        List<BackupRepository> all = new ArrayList<>();
        world.layers.forEach(layer -> all.add(layer.seenBy(process)));
        RestoreBound bound = bound();
        StormTarget target = new StormTarget();
        try {
            StateRestorer.Restored restored = restore(all, bound, "", true, target);
            compare(bound, target, restored);
            world.count("restored through faults");
        } catch (HoldfastException | StormRepository.Died failed) {
            world.count("restore failed");
        }
    }

    private StateRestorer.Restored restore(
            List<BackupRepository> layers,
            RestoreBound bound,
            String logId,
            boolean withoutUnreachable,
            StormTarget target) {
        List<BackupRepository> inSomeOrder = new ArrayList<>(layers);
        if (random.nextBoolean()) {
            Collections.reverse(inSomeOrder);
        }
        StateRestore restore = StateRestore.from(
                        inSomeOrder.get(0),
                        inSomeOrder.subList(1, layers.size()).toArray(new BackupRepository[0]))
                .upTo(bound);
        restore = logId.isEmpty() ? restore : restore.ofLog(logId);
        restore = withoutUnreachable ? restore.withoutUnreachable() : restore;
        try {
            return restore.into(target, random);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private RestoreBound bound() {
        StormLog log = some(world.logs.values());
        return switch (random.nextInt(3)) {
            case 0 -> RestoreBound.end();
            case 1 -> RestoreBound.index(1 + random.nextLong(Math.max(1, log.last())));
            default -> RestoreBound.until(Instant.ofEpochMilli(log.millis(random.nextLong(log.last() + 1))));
        };
    }

    private <T> T some(Collection<T> all) {
        return List.copyOf(all).get(random.nextInt(all.size()));
    }

    private StormLog compare(RestoreBound bound, StormTarget target, StateRestorer.Restored restored) {
        StormLog log = world.logs.get(target.logId());
        assertEquals(
                log.sum(restored.index()), target.sum(), "the state at entry " + restored.index() + " of " + log.id());
        if (bound.lastIndex() < Long.MAX_VALUE) {
            assertEquals(bound.lastIndex(), restored.index());
        } else if (!bound.isEnd()) {
            assertEquals(log.lastBy(bound.lastMillis()), restored.index(), "by " + bound + " of " + log.id());
        }
        return log;
    }

    /** True if by the catalogues alone that log, or the newest one, can be restored to that end or entry. */
    private boolean isThere(RestoreBound bound, String logId) {
        TreeMap<String, Manifest> manifests = new TreeMap<>();
        for (StormRepository layer : world.layers) {
            world.catalogue(layer).list().backups().stream()
                    .filter(each ->
                            each.source().equals("state") && each.range().isPresent())
                    .forEach(each -> manifests.put(each.id().toString(), each));
        }
        boolean isMoment = !bound.isEnd() && bound.lastIndex() == Long.MAX_VALUE;
        Optional<String> meant = logId.isEmpty() ? newest(manifests.values()) : Optional.of(logId);
        if (meant.isEmpty() || isMoment) {
            return false; // which log a moment is one of is not said here once more
        }
        List<Manifest> ofLog = manifests.values().stream()
                .filter(each -> range(each).logId().equals(meant.get()))
                .sorted(Comparator.comparingLong((Manifest each) -> range(each).fromIndex()))
                .toList();
        long last =
                ofLog.stream().mapToLong(each -> range(each).toIndex()).max().orElse(0);
        long wanted = bound.isEnd() ? last : bound.lastIndex();
        return wanted > 0
                && ofLog.stream()
                        .filter(each -> each.kind() == BackupKind.PHYSICAL
                                && range(each).toIndex() <= wanted)
                        .anyMatch(base -> reach(range(base).toIndex(), ofLog) >= wanted);
    }

    /** Of the state and its log, in any layer. */
    private Map<String, Manifest> manifests() {
        TreeMap<String, Manifest> manifests = new TreeMap<>();
        for (StormRepository layer : world.layers) {
            world.catalogue(layer).list().backups().stream()
                    .filter(each ->
                            each.source().equals("state") && each.range().isPresent())
                    .forEach(each -> manifests.put(each.id().toString(), each));
        }
        return manifests;
    }

    private static long reach(long begin, List<Manifest> ofLog) {
        long reach = begin;
        for (Manifest each : ofLog) {
            if (each.kind() == BackupKind.LOG && range(each).fromIndex() <= reach + 1) {
                reach = Math.max(reach, range(each).toIndex());
            }
        }
        return reach;
    }

    private Optional<String> newest(Collection<Manifest> manifests) {
        return manifests.stream()
                .map(each -> range(each).logId())
                .max(Comparator.comparingInt(id -> world.logs.get(id).epoch()));
    }

    private static LogRange range(Manifest manifest) {
        return manifest.range().orElseThrow();
    }
}
