package io.holdfast.verification.torture;

import io.holdfast.core.Grant;
import io.holdfast.core.HaCluster;
import io.holdfast.core.RoleCandidacy;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The roles that a tortured node stands for: the master's, and named ones. Each grant is a {@link Shift}. */
final class Duties {
    static final List<String> ROLES = List.of("job-1", "job-2", "job-3", "job-4", "job-5");
    static final String MASTER = "master";

    private final NodeOptions options;
    private final GrantLog log;
    private final Map<String, RoleCandidacy> candidacies = new HashMap<>();
    private @Nullable Shift masters; // guarded by this
    private @Nullable Thread mastersThread; // guarded by this

    Duties(NodeOptions options) throws IOException {
        this.options = options;
        this.log = new GrantLog(options.id(), options.grants());
        StallWatch.start(log);
    }

    /** The master's duties. */
    HaCluster.Builder with(HaCluster.Builder builder) {
        return builder.stopWithin(Shift.STOP_WITHIN).onMaster(this::begin).onSlave(reason -> end());
    }

    /** The named ones. */
    void stand(HaCluster cluster) {
        for (String role : ROLES) {
            candidacies.put(
                    role, cluster.role(role).stopWithin(Shift.STOP_WITHIN).run(this::work));
        }
    }

    /** Begins to give a role to another node, if this one has it. What becomes of it shows in the grants. */
    void handOver(HaCluster cluster, String role) {
        var unused = role.equals(MASTER)
                ? cluster.transferMastership("")
                : candidacies.get(role).handOver("");
    }

    private void work(Grant grant) {
        try (StoreClient store = new StoreClient(options.store(), options.id())) {
            new Shift(grant, log, store).work();
        }
    }

    private synchronized void begin(Grant grant) {
        StoreClient store = new StoreClient(options.store(), options.id());
        Shift shift = new Shift(grant, log, store);
        Thread thread = new Thread(
                () -> {
                    shift.work();
                    store.close();
                },
                "master's work");
        thread.setDaemon(true);
        masters = shift;
        mastersThread = thread;
        thread.start();
    }

    private void end() {
        Thread thread;
        synchronized (this) {
            if (masters != null) {
                masters.end();
            }
            thread = mastersThread;
        }
        boolean interrupted = false;
        while (thread != null && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // it ends when it ends
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
