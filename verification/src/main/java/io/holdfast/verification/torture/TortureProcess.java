package io.holdfast.verification.torture;

import io.holdfast.verification.process.AskedProcess;
import io.holdfast.verification.process.NodeTuning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** One life of a {@link TortureNode}. Safe from any thread. */
final class TortureProcess extends AskedProcess {
    /** What a node says of itself. */
    record Status(String role, long term, long applied, String state) {
        static Status parse(String answer) {
            String[] fields = answer.split(" ");
            return new Status(fields[0], Long.parseLong(fields[1]), Long.parseLong(fields[2]), fields[3]);
        }

        boolean isMaster() {
            return role.equals("MASTER");
        }

        boolean isReady() {
            return state.equals("ready");
        }

        boolean hasFailed() {
            return state.equals("failed");
        }
    }

    private volatile boolean mayFail;

    TortureProcess(NodeOptions options, NodeTuning tuning, Path logFile) throws IOException {
        super(
                options.id(),
                command(tuning.launch(java()), "192m", TortureNode.class, options.encode()),
                logFile,
                unheard -> {});
    }

    Optional<Status> status() throws IOException {
        return ask("status").map(Status::parse);
    }

    /** From now on its node may say that it has failed: its disk was made to. */
    void allowFailure() {
        mayFail = true;
    }

    boolean mayFail() {
        return mayFail;
    }
}
