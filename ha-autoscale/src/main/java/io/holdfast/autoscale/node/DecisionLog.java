package io.holdfast.autoscale.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.autoscale.ScalingDecision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit: each decision as a line of JSON to the logger {@value #NAME}, at INFO if it changes anything and else at DEBUG, and the last
 * ones in memory. A change that is only shown is at DEBUG when it is shown again. Safe from any thread.
 */
final class DecisionLog {
    /** The logger's name: what goes where is set where loggers are. */
    static final String NAME = "io.holdfast.audit.scaling";

    private static final Logger AUDIT = LoggerFactory.getLogger(NAME);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST = 360;

    private final String node;
    private final Deque<ScalingDecision> last = new ArrayDeque<>(); // guarded by itself
    private @Nullable ScalingDecision shown; // the last, if it was a change that was not made; guarded by last

    DecisionLog(String node) {
        this.node = node;
    }

    void add(ScalingDecision decision) {
        synchronized (last) {
            last.addLast(decision);
            if (last.size() > MOST) {
                last.removeFirst();
            }
        }
        boolean news = isNews(decision);
        if (news ? AUDIT.isInfoEnabled() : AUDIT.isDebugEnabled()) {
            String line = line(decision);
            if (news) {
                AUDIT.info(line);
            } else {
                AUDIT.debug(line);
            }
        }
    }

    /** A change; one that is only shown, and would be again and again, is news once. */
    boolean isNews(ScalingDecision decision) {
        synchronized (last) {
            ScalingDecision before = shown;
            shown = decision.isChange() && !decision.applied() ? decision : null;
            return decision.isChange()
                    && (decision.applied()
                            || before == null
                            || before.from() != decision.from()
                            || before.to() != decision.to());
        }
    }

    void clear() {
        synchronized (last) {
            last.clear();
            shown = null;
        }
    }

    List<ScalingDecision> all() {
        synchronized (last) {
            return List.copyOf(last);
        }
    }

    private String line(ScalingDecision decision) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("node", node);
        all.putAll(told(decision));
        try {
            return JSON.writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a decision cannot be written: " + decision, e);
        }
    }

    /** As data; the names are in docs/autoscaling.md, and scripts read them. */
    static Map<String, Object> told(ScalingDecision decision) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("at", decision.at().toString());
        all.put("from", decision.from());
        all.put("to", decision.to());
        all.put("applied", decision.applied());
        all.put("wanted", decision.load().wanted());
        all.put("ready", decision.load().ready());
        all.put("warming", decision.load().warming());
        Map<String, Object> metrics = new LinkedHashMap<>();
        decision.load()
                .metrics()
                .forEach((name, metric) -> metrics.put(
                        name, Map.of("reported", metric.reported(), "sum", metric.sum(), "max", metric.max())));
        all.put("metrics", metrics);
        List<Map<String, Object>> wishes = new ArrayList<>();
        decision.wishes()
                .forEach(wish -> wishes.add(Map.of(
                        "policy", wish.policy(),
                        "kind", wish.kind().name(),
                        "nodes", wish.nodes(),
                        "reason", wish.reason())));
        all.put("wishes", wishes);
        all.put("limits", decision.limits());
        all.put("reason", decision.reason());
        return all;
    }
}
