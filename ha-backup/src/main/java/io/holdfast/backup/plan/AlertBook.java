package io.holdfast.backup.plan;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Which alerts stand; tells what is new and what is over. */
final class AlertBook {
    private final Map<String, Alert> standing = new TreeMap<>();

    /** What is wrong now, all of it. */
    void update(List<Alert> now, Consumer<PlanEffect> effects) {
        Map<String, Alert> next = new TreeMap<>();
        now.forEach(alert -> next.put(alert.kind() + " " + alert.subject(), alert));
        standing.forEach((key, alert) -> {
            if (!next.containsKey(key)) {
                effects.accept(new PlanEffect.Cleared(alert));
            }
        });
        next.forEach((key, alert) -> {
            if (!standing.containsKey(key)) {
                effects.accept(new PlanEffect.Raised(alert));
            }
        });
        standing.clear();
        standing.putAll(next);
    }

    List<Alert> standing() {
        return List.copyOf(standing.values());
    }
}
