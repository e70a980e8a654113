package io.holdfast.examples.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.examples.demo.NodeEvent.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Watches how nodes come and go: by what the node that decides says, and by the processes there are. What nodes say arrives on any thread; all
 * else is for one.
 */
final class ScaleWatch implements RouteStage.Extras {
    private static final long COUNT_NANOS = 200_000_000L;
    private static final long SILENT_NANOS = 2_000_000_000L;

    private record Heard(ScaleStanding standing, long nanos) {}

    /** When what became of a node, in seconds of the run. */
    private static final class Life {
        private final Map<Step, Double> when = new LinkedHashMap<>();

        String at(Step step) {
            Double seconds = when.get(step);
            return seconds == null ? "-" : String.format(Locale.ROOT, "%.2f s", seconds);
        }
    }

    private enum Step {
        ORDERED("is ordered"),
        SERVES("serves"),
        DRAINS("drains"),
        GONE("has gone, and its process has ended");

        private final String words;

        Step(String words) {
            this.words = words;
        }
    }

    private final Set<String> founders;
    private final StartedNodes started;
    private final Display display;
    private final Timeline timeline = new Timeline();
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Life> lives = new LinkedHashMap<>();
    private final List<String> decisions = new ArrayList<>();
    private IntSupplier foundersAlive = () -> 0;
    private BooleanSupplier oneIsKilled = () -> false;
    private volatile @Nullable Heard heard;
    private int shown;
    private long countedNanos = System.nanoTime();
    private int counts;
    private int most;
    private int fewest = Integer.MAX_VALUE;

    ScaleWatch(Set<String> founders, StartedNodes started, Display display) {
        this.founders = Set.copyOf(founders);
        this.started = started;
        this.display = display;
    }

    /** Begins to count processes. */
    void count(IntSupplier alive, BooleanSupplier killed) {
        foundersAlive = alive;
        oneIsKilled = killed;
    }

    /** Takes a line of a node's, without {@link NodeEvent#MARK}. */
    void hear(String line) {
        if (!line.startsWith(ScaleStanding.MARK)) {
            timeline.hear(line);
            return;
        }
        try {
            ScaleStanding standing = json.readValue(line.substring(ScaleStanding.MARK.length()), ScaleStanding.class);
            if (standing.decides()) {
                heard = new Heard(standing, System.nanoTime());
            }
        } catch (JsonProcessingException e) {
            System.err.println("a node said what is no standing: " + line);
        }
    }

    /** How scaling stands, as the node that decides says; null while none does. */
    @Nullable
    ScaleStanding standing() {
        Heard last = heard;
        return last == null || System.nanoTime() - last.nanos() > SILENT_NANOS ? null : last.standing();
    }

    /** True if there are so many, all serve, and nothing is being done. */
    boolean isSteady(int count) {
        ScaleStanding now = standing();
        return now != null && now.isSteady(count);
    }

    @Override
    public void tick() {
        List<NodeEvent> events = timeline.all();
        for (; shown < events.size(); shown++) {
            show(events.get(shown));
        }
        ScaleStanding now = standing();
        if (now != null) {
            now.nodes().forEach(this::stands);
        }
        if (System.nanoTime() - countedNanos >= COUNT_NANOS) {
            countedNanos = System.nanoTime();
            processes();
        }
    }

    private void show(NodeEvent event) {
        if (event.is(Kind.SIZE_DECIDED)) {
            int space = event.text().indexOf(' ');
            String text = event.node() + " wants " + event.text().substring(0, space) + " nodes: "
                    + event.text().substring(space + 1);
            decisions.add(String.format(Locale.ROOT, "%6.2f s  %s", display.seconds(), text));
            display.event(text);
        } else if (event.is(Kind.SCALING_FAILED)) {
            display.event(event.node() + " says of " + event.text());
        }
    }

    private void stands(String node, String stage) {
        if (founders.contains(node)) {
            return;
        }
        switch (stage) {
            case "ORDERED", "STARTING" -> step(node, Step.ORDERED);
            case "WARMING", "READY" -> step(node, Step.SERVES);
            case "GOING" -> step(node, Step.DRAINS);
            default -> {
                // AWAY, FAILED, GONE: the standing says so, or the count of processes does
            }
        }
    }

    private void step(String node, Step step) {
        Life life = lives.computeIfAbsent(node, any -> new Life());
        if (life.when.putIfAbsent(step, display.seconds()) == null) {
            display.event(node + " " + step.words);
        }
    }

    private void processes() {
        List<String> running = started.running();
        int now = foundersAlive.getAsInt() + running.size();
        counts++;
        most = Math.max(most, now);
        if (!oneIsKilled.getAsBoolean()) {
            fewest = Math.min(fewest, now);
        }
        for (Map.Entry<String, Life> life : lives.entrySet()) {
            if (life.getValue().when.containsKey(Step.DRAINS) && !running.contains(life.getKey())) {
                step(life.getKey(), Step.GONE);
            }
        }
    }

    @Override
    public List<String> state() {
        ScaleStanding now = standing();
        return List.of(now == null ? "nobody decides on scaling" : now.inWords());
    }

    /** Who came and went, and when. */
    List<String> table() {
        List<String> table = new ArrayList<>();
        table.add(row("", "ordered", "serves", "drains", "gone"));
        lives.forEach((node, life) -> table.add(
                row(node, life.at(Step.ORDERED), life.at(Step.SERVES), life.at(Step.DRAINS), life.at(Step.GONE))));
        return table;
    }

    private static String row(String... cells) {
        return String.format(Locale.ROOT, "%-10s %10s %10s %10s %10s", (Object[]) cells);
    }

    /** What was decided, when, by whom, and why. */
    List<String> decisions() {
        return List.copyOf(decisions);
    }

    /**
     * What the verdict needs to know of it.
     *
     * @param allowed how many nodes there might be
     * @param begun what processes have said of themselves
     */
    ScaleVerdict verdict(int allowed, List<ScaleTrail.Begun> begun) {
        return new ScaleVerdict(
                allowed,
                new ScaleVerdict.Count(counts, most, fewest),
                begun,
                timeline.all().stream()
                        .filter(event -> event.is(Kind.SCALING_FAILED))
                        .map(NodeEvent::text)
                        .toList(),
                timeline.all().stream()
                        .filter(event -> event.is(Kind.MEMBER))
                        .map(event -> event.text().substring(0, event.text().indexOf(' ')))
                        .collect(Collectors.toCollection(LinkedHashSet::new)),
                started.running());
    }
}
