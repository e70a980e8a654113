package io.holdfast.backup.restore;

import io.holdfast.backup.container.ContainerReader;
import java.io.IOException;

/** Opens a container from its beginning. */
@FunctionalInterface
interface ContainerOpening {
    /** The caller's to close. */
    ContainerReader open() throws IOException;
}
