package io.holdfast.benchmarks.membership;

import java.util.List;

/**
 * A membership that is measured.
 *
 * @param label in tables and on the command line
 * @param settings it knows by this word
 * @param module where its class path is, below the benchmarks' directory
 * @param subject its class
 */
record Contender(String label, String system, String settings, String module, String subject) {
    static final Contender HOLDFAST =
            new Contender("holdfast", "holdfast", "lan", "replication", HoldfastMembers.class.getName());
    static final Contender SCALECUBE = new Contender(
            "scalecube",
            "scalecube",
            "default",
            "peers/scalecube",
            "io.holdfast.benchmarks.scalecube.ScalecubeMembers");
    static final Contender JGROUPS = jgroups("jgroups", "default");
    static final Contender JGROUPS_TUNED = jgroups("jgroups-tuned", "tuned");
    static final List<Contender> PEERS = List.of(SCALECUBE, JGROUPS, JGROUPS_TUNED);
    static final List<Contender> ALL = List.of(HOLDFAST, SCALECUBE, JGROUPS, JGROUPS_TUNED);

    private static Contender jgroups(String label, String settings) {
        return new Contender(
                label, "jgroups", settings, "peers/jgroups", "io.holdfast.benchmarks.jgroups.JGroupsMembers");
    }

    static Contender named(String label) {
        return ALL.stream()
                .filter(contender -> contender.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no system called " + label));
    }
}
