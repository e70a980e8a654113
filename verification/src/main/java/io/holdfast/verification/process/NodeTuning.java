package io.holdfast.verification.process;

import java.util.ArrayList;
import java.util.List;

/**
 * What a node in a process is given besides its defaults.
 *
 * @param segmentBytes of a file of the log
 * @param snapshotBytes of log from one snapshot to the next
 * @param openFiles how many files the process may have open and can raise itself to, 0 for as many as the system allows
 */
public record NodeTuning(int segmentBytes, long snapshotBytes, int openFiles) {
    public static final String SEGMENT_BYTES = "holdfast.node.segmentBytes";
    public static final String SNAPSHOT_BYTES = "holdfast.node.snapshotBytes";

    static NodeTuning usual() {
        return new NodeTuning(8 << 20, 256L << 20, 0);
    }

    /** What runs the JVM: itself, or a shell that sets the limit and then becomes the JVM. */
    public List<String> launch(String java) {
        List<String> command = new ArrayList<>();
        if (openFiles > 0) {
            command.addAll(List.of("sh", "-c", "ulimit -n " + openFiles + " && exec \"$@\"", "sh"));
        }
        command.add(java);
        command.add("-D" + SEGMENT_BYTES + "=" + segmentBytes);
        command.add("-D" + SNAPSHOT_BYTES + "=" + snapshotBytes);
        return command;
    }
}
