package io.holdfast.core.internal.operator;

import io.holdfast.core.OperatorRole;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What is written down of one link's commands. All that was or may have been done has its line; of what was refused as many as
 * {@link AuditQuota} allows. On the worker, save {@link #busy()}.
 */
final class LinkAudit {
    private final AuditLog log;
    private final LongSupplier nanoTime;
    private final AuditQuota quota = new AuditQuota();
    private final AtomicLong busyAnswers = new AtomicLong();

    LinkAudit(AuditLog log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
    }

    /** A command was answered with BUSY, which is counted and not written down: nothing may wait for it anywhere. Any thread. */
    void busy() {
        busyAnswers.incrementAndGet();
    }

    void done(String who, OperatorRole role, String command, String arguments) {
        log.done(who, role, command, arguments);
    }

    void doneLate(String who, OperatorRole role, String command, String arguments) {
        log.doneLate(who, role, command, arguments);
    }

    void notDone(String who, OperatorRole role, String command, String arguments, AnswerCode code, String why) {
        if (!code.isRefusal() || quota.take(nanoTime.getAsLong())) {
            sayLeftOut(who);
            log.notDone(who, role, command, arguments, code, why);
        }
    }

    /** How many lines were left out since this was last said, if any. */
    void sayLeftOut(String who) {
        quota.leaveOut(busyAnswers.getAndSet(0));
        long lines = quota.takeLeftOut();
        if (lines > 0) {
            log.leftOut(who, lines);
        }
    }
}
