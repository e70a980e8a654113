package io.holdfast.replication.log;

import java.io.IOException;

/** Bytes that should be a batch are not one. The message says which rule they break, with the numbers. */
public final class DamagedBatchException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedBatchException(String reason) {
        super(reason);
    }
}
