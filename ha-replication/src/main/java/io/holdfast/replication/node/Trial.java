package io.holdfast.replication.node;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.StateTrial;
import io.holdfast.replication.OfflineRestore.Target;
import io.holdfast.replication.OfflineRestore.UpTo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A restore that nobody will start: as a node and of a cluster that there are not, at an address where nobody is, so that it would be alone if
 * somebody did. All else is as in a restore that is meant.
 */
final class Trial implements StateTrial {
    private final Target target;
    private final RandomGenerator random;
    private @Nullable Restored restored;

    Trial(Path directory, RandomGenerator random) {
        this.target = new Target(directory, "trial-of-a-restore", "trial", "127.0.0.1:1", List.of());
        this.random = random;
    }

    @Override
    public void check() throws IOException {
        Restoration.check(target);
    }

    @Override
    public Restored restore(
            int epoch, InputStream state, @Nullable InputStream log, long upToIndex, long upToWallMillis)
            throws IOException {
        Restored done = Restoration.restore(target, epoch, state, log, new UpTo(upToIndex, upToWallMillis), random);
        restored = done;
        return done;
    }

    @Override
    public Map<String, Long> replay(LongConsumer progress) throws IOException {
        Restored done = restored;
        if (done == null) {
            throw new IllegalStateException("nothing has been restored into " + target.directory());
        }
        return TrialReplay.replay(Storage.files(), target.directory(), done.index(), progress);
    }
}
