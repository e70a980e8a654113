package io.holdfast.examples.demo;

import io.holdfast.autoscale.ScalingStatus;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How scaling stands, as a node says it five times a second; one JSON object a line, after {@link NodeEvent#MARK} and {@link #MARK}.
 *
 * @param node who says it
 * @param decides true if it is the one that decides; all else is empty otherwise
 * @param wanted how many nodes there are to be
 * @param nodes how far each is, by the names of {@link ScalingStatus}
 * @param action what is being done; empty for nothing
 * @param trouble what the target fails at; empty if it does not
 */
record ScaleStanding(
        String node, boolean decides, int wanted, Map<String, String> nodes, String action, String trouble) {
    static final String MARK = "= ";

    static final String READY = "READY";
    static final String GOING = "GOING";
    private static final String GONE = "GONE";
    /** In the order in which a node comes and goes. */
    private static final List<String> STAGES =
            List.of("ORDERED", "STARTING", "WARMING", READY, "AWAY", GOING, "FAILED");
    /** On its way, and bearing nothing yet. */
    private static final List<String> COMING = STAGES.subList(0, 2);

    static ScaleStanding of(String node, ScalingStatus status) {
        return new ScaleStanding(
                node,
                status.decides(),
                status.wanted(),
                new TreeMap<>(status.nodes()),
                status.action(),
                status.trouble());
    }

    /** How many nodes serve. */
    int ready() {
        return in(List.of(READY)).size();
    }

    /** Those that have been ordered and do not serve yet. */
    List<String> coming() {
        return in(COMING);
    }

    /** Those that are being taken away. */
    List<String> going() {
        return in(List.of(GOING));
    }

    private List<String> in(List<String> stages) {
        return nodes.entrySet().stream()
                .filter(each -> stages.contains(each.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** True if there are so many, all serve, and nothing is being done. */
    boolean isSteady(int count) {
        return wanted == count
                && action.isEmpty()
                && ready() == count
                && nodes.values().stream().allMatch(stage -> stage.equals(READY) || stage.equals(GONE));
    }

    /** For people: how many are wanted and serve, and who else is how far. */
    String inWords() {
        StringBuilder text = new StringBuilder("wanted " + wanted + ", ready " + ready());
        for (String stage : STAGES) {
            List<String> those = in(List.of(stage));
            if (!stage.equals(READY) && !those.isEmpty()) {
                text.append(", ")
                        .append(stage.toLowerCase(Locale.ROOT))
                        .append(' ')
                        .append(String.join(" ", those));
            }
        }
        return text.toString();
    }
}
