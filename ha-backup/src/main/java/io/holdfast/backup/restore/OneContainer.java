package io.holdfast.backup.restore;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.container.ContainerHeader.About;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.DataKeys;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.state.StateSource;
import io.holdfast.core.spi.StateRestorer;
import io.holdfast.core.spi.StateRestorer.Restored;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A restore from a container that says itself what it is. */
public final class OneContainer {
    private static final Logger LOG = LoggerFactory.getLogger(OneContainer.class);
    private static final String PHYSICAL = "physical";

    private OneContainer() {}

    /** Opens it from its beginning. */
    @FunctionalInterface
    public interface Opening {
        /** The caller's to close. */
        InputStream open() throws IOException;
    }

    /** See {@link io.holdfast.backup.StateRestore#container}. */
    public static Restored restore(Opening opening, BackupKeys keys, int epoch, StateRestorer target)
            throws IOException {
        DataKeys dataKeys = new DataKeys(keys);
        try (ContainerReader reader = reader(opening, dataKeys)) {
            About about = reader.header().about();
            if (!about.kind().equals(PHYSICAL) || !about.object().endsWith("/" + StateSource.PART)) {
                throw new IllegalArgumentException("the container is " + about.object() + " of the " + about.kind()
                        + " backup " + about.backup() + " of the cluster " + about.cluster()
                        + ", and no physical backup of replicated state");
            }
            reader.drain();
            LOG.info(
                    "restoring from the backup {} of the cluster {} alone, in epoch {}",
                    about.backup(),
                    about.cluster(),
                    epoch);
        }
        try (ContainerReader state = reader(opening, dataKeys)) {
            return target.restore(epoch, state, null, Long.MAX_VALUE, Long.MAX_VALUE);
        }
    }

    private static ContainerReader reader(Opening opening, DataKeys keys) throws IOException {
        InputStream in = opening.open();
        try {
            return new ContainerReader("the container", in, keys, null, Progress.NONE);
        } catch (IOException | RuntimeException refused) {
            in.close();
            throw refused;
        }
    }
}
