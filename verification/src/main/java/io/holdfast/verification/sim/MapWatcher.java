package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.Codec;
import io.holdfast.replication.MapEvent;
import io.holdfast.replication.MapWatch;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.WatchTooOldException;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches a map through the lives of a process, goes on where it was, and now and then stops and resumes for no reason. Where
 * what it needs is forgotten, it begins at a new position.
 */
final class MapWatcher {
    private final String name;
    private final String map;
    private final Simulation simulation;
    private final SplittableRandom random;
    private final Supplier<HaCluster> process;
    private final BooleanSupplier alive;
    private final ToldChanges told;
    private @Nullable HaCluster watched;
    private @Nullable MapWatch watch;
    /** Where the watch began, and what it told since. */
    private long after;

    private final TreeSet<Long> indexes = new TreeSet<>();
    private final List<String> entry = new ArrayList<>();
    private long entryIndex;
    /** What the map holds, by what was told; right as long as nothing was missed. */
    private final TreeMap<String, String> content = new TreeMap<>();

    private boolean gapless = true;
    private boolean askingForPosition;
    private int missed;

    MapWatcher(
            String name,
            String map,
            Simulation simulation,
            Supplier<HaCluster> process,
            BooleanSupplier alive,
            ToldChanges told) {
        this.name = name + " watching " + map;
        this.map = map;
        this.simulation = simulation;
        this.random = simulation.random(this.name);
        this.process = process;
        this.alive = alive;
        this.told = told;
    }

    void start() {
        simulation.at(Duration.ofNanos(random.nextLong(400_000_000L)), () -> {
            look();
            start();
        });
    }

    private void look() {
        if (!alive.getAsBoolean()) {
            return;
        }
        HaCluster current = process.get();
        MapWatch present = watch;
        if (!current.equals(watched)) {
            askingForPosition = false;
            watched = current;
            resume(present == null ? 0 : present.position());
        } else if (present != null && present.ended().isCompletedExceptionally()) {
            if (problemOf(present) instanceof WatchTooOldException) {
                beginAnew(current);
            }
        } else if (present != null && random.nextInt(20) == 0) {
            present.close();
            resume(present.position());
        }
    }

    private static Throwable problemOf(MapWatch ended) {
        Throwable[] problem = new Throwable[1];
        var unused = ended.ended()
                .whenComplete((nothing, why) -> problem[0] = why.getCause() == null ? why : why.getCause());
        return problem[0];
    }

    private ReplicatedMap<String, String> map(HaCluster of) {
        return ReplicatedMap.in(of, map, Codec.string(), Codec.string()).withTimeout(Duration.ofSeconds(4));
    }

    private void resume(long position) {
        endSpan();
        after = position;
        entry.clear();
        watch = map(Objects.requireNonNull(watched)).watch(position, this::changed);
    }

    private void endSpan() {
        if (watch != null) {
            told.watched(name, after, watch.position(), indexes);
        }
        indexes.clear();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failure is tried again
    private void beginAnew(HaCluster current) {
        if (askingForPosition) {
            return;
        }
        askingForPosition = true;
        map(current).positionAsync().whenComplete((position, problem) -> {
            if (current.equals(watched) && askingForPosition) {
                askingForPosition = false;
                if (problem == null) {
                    gapless = false;
                    missed++;
                    resume(position);
                }
            }
        });
    }

    private void changed(MapEvent<String, String> event) {
        long newest = indexes.isEmpty() ? after : indexes.last();
        if (event.index() <= newest || (!entry.isEmpty() && event.index() != entryIndex)) {
            told.violate(name + " was told of " + event + " after index " + newest + " and " + entry);
        }
        entryIndex = event.index();
        entry.add(event.kind() + " " + event.key() + "=" + event.value());
        if (event.isLast()) {
            told.told(name, event.index(), entry);
            for (String each : entry) {
                fold(each);
            }
            indexes.add(event.index());
            entry.clear();
        }
    }

    /** An entry at a time, since one of which only a part was told before a process died is told again. */
    private void fold(String event) {
        String[] parts = event.split("[ =]", 3);
        if (parts[0].equals(MapEvent.Kind.PUT.name())) {
            content.put(parts[1], parts[2]);
        } else if (parts[0].equals(MapEvent.Kind.CLEARED.name())) {
            content.clear();
        } else if (content.remove(parts[1]) == null && gapless) {
            told.violate(name + " was told of " + event + ", and it was not there");
        }
    }

    /** False where its process does not run. */
    boolean isThere() {
        return alive.getAsBoolean();
    }

    /** Nothing is missing at the end but what happens now. */
    boolean hasCaughtUp() {
        return watch != null && entry.isEmpty() && watch.position() >= told.newestIndex();
    }

    /** True if it has been told all from the beginning; then {@link #content} is what the map holds. */
    boolean isGapless() {
        return gapless;
    }

    boolean of(ToldChanges changes) {
        return told.equals(changes);
    }

    Map<String, String> content() {
        return content;
    }

    void end() {
        endSpan();
    }

    @Override
    public String toString() {
        return "\n  " + name + " at index " + (watch == null ? 0 : watch.position()) + " of " + told.newestIndex()
                + (missed > 0 ? ", began anew " + missed + " times" : "");
    }
}
