package io.holdfast.core;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a node is, as it knows itself; a snapshot.
 *
 * @param health the worst of all findings
 * @param findings by name: the checks of {@link HaCluster.Builder#healthCheck}, and the node's own: {@code loop}, and what its
 *     features have to say, such as {@code log}
 */
public record HealthReport(Health health, Map<String, Finding> findings) {

    /**
     * About one thing.
     *
     * @param health how it is
     * @param detail why, for people; empty if it is UP
     */
    public record Finding(Health health, String detail) {}

    /** A copy of its own, sorted. */
    public HealthReport {
        findings = Collections.unmodifiableMap(new TreeMap<>(findings));
    }

    static HealthReport of(Map<String, Finding> findings) {
        Health worst = Health.UP;
        for (Finding finding : findings.values()) {
            worst = worst.worse(finding.health());
        }
        return new HealthReport(worst, findings);
    }
}
