package io.holdfast.replication.node;

import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.StateRestorer;
import io.holdfast.core.spi.StateTrial;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
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
    private final Path directory;
    private final StateRestorer restorer;
    private @Nullable Restored restored;

    Trial(Path directory, RandomGenerator random) {
        this.directory = directory;
        this.restorer = OfflineRestore.into(
                new Target(directory, "trial-of-a-restore", "trial", "127.0.0.1:1", List.of()), random);
    }

    @Override
    public void check() throws IOException {
        restorer.check();
    }

    @Override
    public Restored restore(int epoch, InputStream state, @Nullable InputStream log, long index, long wallMillis)
            throws IOException {
        Restored done = restorer.restore(epoch, state, log, index, wallMillis);
        restored = done;
        return done;
    }

    @Override
    public Map<String, Long> replay(LongConsumer progress) throws IOException {
        Restored done = restored;
        if (done == null) {
            throw new IllegalStateException("nothing has been restored into " + directory);
        }
        return TrialReplay.replay(Storage.files(), directory, done.index(), progress);
    }
}
