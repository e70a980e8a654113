package io.holdfast.replication.log;

import java.io.IOException;
import java.nio.file.Path;

/** A small file that a node stands on, its identity or its vote, cannot be read. The node must not start without it. */
public final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedFileException(Path file, String reason) {
        super("file " + file + " is damaged: " + reason + ". Move this node's whole directory away, and let the node"
                + " join anew from its peers under a new disk id");
    }
}
