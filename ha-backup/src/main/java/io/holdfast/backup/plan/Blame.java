package io.holdfast.backup.plan;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.NotPublishedException;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.CopyFailedException;
import io.holdfast.backup.plan.Job.Fault;
import io.holdfast.core.spi.LogGapException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/** Whose fault it is that a job failed. */
final class Blame {
    private Blame() {}

    /** @param told true if the job was told to end: else it is its source that has cancelled something of its own */
    static Fault of(Job job, Throwable failure, boolean told) {
        if (told && failure instanceof CancellationException) {
            return Fault.CANCELLED;
        } else if (failure instanceof CopyFailedException copy) {
            return switch (copy.why()) {
                case GONE -> Fault.GONE;
                case DAMAGED -> Fault.DAMAGED;
                case UNREADABLE -> Fault.FROM;
            };
        } else if (job instanceof Job.Merge && failure instanceof DamagedBackupException) {
            return Fault.DAMAGED;
        } else if (failure instanceof NotPublishedException lost) {
            return lost.why() == NotPublishedException.Why.DEPOSED ? Fault.DEPOSED : Fault.LAYER;
        } else if (failure instanceof BackupRepositoryException || failure instanceof KeyUnavailableException) {
            return Fault.LAYER;
        } else if (failure instanceof LogGapException) {
            return Fault.GAP;
        }
        if (job instanceof Job.Drill) {
            return Fault.PLACE;
        }
        return job instanceof Job.Make || job instanceof Job.Archive ? Fault.SOURCE : Fault.LAYER;
    }

    /** Which of several it is that could not be read; empty if that is not the reason. */
    static Optional<BackupId> which(Throwable failure) {
        return failure instanceof CopyFailedException copy ? copy.id() : Optional.empty();
    }

    static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** For people: ours say all by themselves, of others the type says more than the message does. */
    static String describe(Throwable failure) {
        String message = failure.getMessage();
        boolean ours = failure.getClass().getName().startsWith("io.holdfast.");
        return message != null && ours ? message : failure.toString();
    }
}
