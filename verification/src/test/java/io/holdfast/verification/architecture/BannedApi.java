package io.holdfast.verification.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What products do not call, each with what to write instead. A name is a class ({@code java.lang.Thread}), a member of
 * one ({@code java.lang.System.nanoTime}; {@code <init>} is its constructor), or a package ({@code java.net.*}).
 */
final class BannedApi {
    private static final Map<String, String> BANNED = new LinkedHashMap<>();

    static {
        BANNED.put("java.lang.System.nanoTime", "NodeRuntime.clock().nanos(), or the time as an argument");
        BANNED.put("java.lang.System.currentTimeMillis", "NodeRuntime.clock(), and only for what humans read");
        BANNED.put("java.time.Instant.now", "NodeRuntime.clock(), and only for what humans read");
        BANNED.put("java.time.Clock", "io.holdfast.core.runtime.Clock");
        BANNED.put("java.lang.Thread.sleep", "EventLoop.schedule");
        BANNED.put("java.lang.Thread.<init>", "NodeRuntime.newWorker, or the loop");
        BANNED.put("io.netty.util.concurrent.FastThreadLocalThread.<init>", "NodeRuntime.newWorker, or the loop");
        BANNED.put("io.holdfast.core.internal.thread.NodeThread.<init>", "NodeRuntime.newWorker, or the loop");
        BANNED.put("java.util.Timer", "EventLoop.schedule");
        BANNED.put("java.util.concurrent.Executors", "NodeRuntime.newWorker, or the user's executor");
        BANNED.put("java.util.concurrent.ForkJoinPool", "NodeRuntime.newWorker, or the user's executor");
        BANNED.put("java.util.concurrent.ThreadLocalRandom", "the seeded random that the constructor takes");
        BANNED.put("java.lang.Math.random", "the seeded random that the constructor takes");
        BANNED.put("java.util.Random", "a RandomGenerator from NodeRuntime.random()");
        BANNED.put("java.security.SecureRandom", "a RandomGenerator from NodeRuntime.random()");
        BANNED.put("java.util.UUID.randomUUID", "a UUID of two longs from NodeRuntime.random()");
        BANNED.put("java.net.*", "Transport and Resolver; as plain values InetSocketAddress and URI are free");
        BANNED.put("java.nio.file.Files", "Storage");
        BANNED.put("java.nio.channels.*", "Storage and StorageFile");
        BANNED.put("java.io.File", "Storage");
        BANNED.put("java.io.FileInputStream", "Storage");
        BANNED.put("java.io.FileOutputStream", "Storage");
        BANNED.put("java.io.RandomAccessFile", "Storage");
        BANNED.put("java.io.ObjectInputStream", "a codec with bounds; Java's deserialisation is never safe");
        BANNED.put("java.util.logging.*", "SLF4J");
        BANNED.put("java.lang.System.out", "SLF4J");
        BANNED.put("java.lang.System.err", "SLF4J");
        BANNED.put("java.lang.Throwable.printStackTrace", "SLF4J, with the exception as the last argument");
        String measure =
                "a constant Measure, which docs/metrics.md is made of, and its newCounter, newGauge or newTimer";
        for (String meter :
                List.of("Counter", "Gauge", "Timer", "DistributionSummary", "LongTaskTimer", "FunctionCounter")) {
            BANNED.put("io.micrometer.core.instrument." + meter + ".builder", measure);
        }
        for (String shortcut : List.of("counter", "gauge", "timer", "summary", "more")) {
            BANNED.put("io.micrometer.core.instrument.MeterRegistry." + shortcut, measure);
        }
    }

    /** Values that touch no network. */
    private static final Set<String> FREE =
            Set.of("java.net.InetSocketAddress", "java.net.URI", "java.net.URISyntaxException");

    private BannedApi() {}

    /** Every use in {@code c} as "top-level class: what it uses", each once. */
    static Set<String> usesIn(JavaClass c) {
        Set<String> found = new TreeSet<>();
        for (String name : namesUsedBy(c)) {
            String banned = banned(name);
            if (banned != null) {
                found.add(Products.topLevelName(c) + ": " + banned);
            }
        }
        return found;
    }

    /** What to write instead of {@code banned}. */
    static String insteadOf(String banned) {
        return BANNED.get(banned);
    }

    private static List<String> namesUsedBy(JavaClass c) {
        List<String> names = new ArrayList<>();
        c.getAccessesFromSelf()
                .forEach(a -> names.add(Products.topLevelName(a.getTargetOwner()) + "."
                        + a.getTarget().getName()));
        for (JavaCodeUnit unit : c.getCodeUnits()) {
            unit.getCodeUnitReferencesFromSelf()
                    .forEach(r -> names.add(Products.topLevelName(r.getTargetOwner()) + "."
                            + r.getTarget().getName()));
        }
        names.addAll(Products.knownTo(c));
        return names;
    }

    private static String banned(String name) {
        for (String free : FREE) {
            if (isOrIsIn(name, free)) {
                return null;
            }
        }
        for (String candidate : BANNED.keySet()) {
            boolean hit = candidate.endsWith(".*")
                    ? name.startsWith(candidate.substring(0, candidate.length() - 1))
                    : isOrIsIn(name, candidate);
            if (hit) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean isOrIsIn(String name, String outer) {
        return name.equals(outer) || name.startsWith(outer + ".");
    }
}
