package io.holdfast.backup.plan;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.plan.Job.Fault;
import io.holdfast.backup.plan.Job.Lane;
import io.holdfast.backup.plan.JobWatch.Call;
import io.holdfast.backup.plan.PlanEffect.Run;
import io.holdfast.core.NotAvailableException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A job that has begun. */
final class Running {
    /** Well below the ten minutes for which a log is kept for who archives it. */
    private static final long QUICK_CALL_NANOS = TimeUnit.SECONDS.toNanos(150);

    private static final long CALL_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long SOURCE_STILL_NANOS = TimeUnit.HOURS.toNanos(4);

    final Run run;
    final JobWatch watch;
    final JobLane lane;
    final long begunAt;
    /** True while its source gets ready. */
    boolean preparing;
    /** When getting ready has taken too long. */
    long readyBy;
    /** Who had asked for it before it began. */
    List<Waiter> waiters = List.of();

    Running(Run run, JobWatch watch, JobLane lane, long now) {
        this.run = run;
        this.watch = watch;
        this.lane = lane;
        this.begunAt = now;
    }

    /**
     * Why nothing will come of it.
     *
     * @param fault whose fault it is
     * @param reason for people
     */
    record Stall(Fault fault, Throwable reason) {}

    /**
     * What it waits for in vain. What a source does between two pieces may take hours; a call of a repository may not, since the log
     * is kept for ten minutes for who archives it, and other layers can go on.
     *
     * @return empty while it goes on
     */
    Optional<Stall> stalled(long now) {
        Job what = run.what();
        if (preparing) {
            return now - readyBy < 0
                    ? Optional.empty()
                    : Optional.of(
                            new Stall(Fault.SOURCE, new NotAvailableException("its source did not get ready in time")));
        }
        Call call = watch.call();
        if (call != null) {
            boolean from = what instanceof Job.Copy copy && copy.from().equals(call.layer());
            long limit = run.lane() == Lane.QUICK ? QUICK_CALL_NANOS : CALL_NANOS;
            return stalled(now - call.sinceNanos(), limit, from ? Fault.FROM : Fault.LAYER, hanging(call.layer()));
        } else if (!watch.isBegun() && what instanceof Job.Drill) {
            return stalled(now - watch.movedAt(), CALL_NANOS, Fault.PLACE, heldByADrill(run.layer()));
        } else if (!watch.isBegun()) {
            return stalled(now - watch.movedAt(), CALL_NANOS, Fault.LAYER, hanging(run.layer()));
        } else if (what instanceof Job.Drill drill) {
            return stalled(
                    now - begunAt,
                    drill.limit().toNanos(),
                    Fault.PLACE,
                    new NotAvailableException("it has not been restored within " + drill.limit()));
        } else if (what instanceof Job.Make) {
            return stalled(
                    now - watch.movedAt(),
                    SOURCE_STILL_NANOS,
                    Fault.SOURCE,
                    new NotAvailableException("its source has written nothing for hours; it is given up"));
        }
        return stalled(now - watch.movedAt(), CALL_NANOS, Fault.LAYER, hanging(run.layer()));
    }

    private static Optional<Stall> stalled(long still, long limit, Fault fault, Throwable reason) {
        return still < limit ? Optional.empty() : Optional.of(new Stall(fault, reason));
    }

    /** What becomes of what is to run in a layer's lane whose thread does not come back from what was given up. */
    static Stall held(Run run, JobLane lane) {
        Optional<String> in = lane.hangsIn();
        if (run.what() instanceof Job.Drill && !in.equals(Optional.of(run.layer()))) {
            return new Stall(Fault.PLACE, heldByADrill(run.layer()));
        }
        return new Stall(
                Fault.LAYER,
                in.<Throwable>map(Running::hanging)
                        .orElseGet(
                                () -> new NotAvailableException(
                                        "a thread of the layer " + run.layer()
                                                + " is held by a source that was given up, and does not end although it was interrupted")));
    }

    /** Nothing but drills runs in their lane, so all else can go on in that layer. */
    private static NotAvailableException heldByADrill(String layer) {
        return new NotAvailableException("an earlier drill of the layer " + layer
                + " was given up, and has not ended although it was interrupted; does its check ignore that?");
    }

    private static BackupRepositoryException hanging(String layer) {
        return new BackupRepositoryException(
                Reason.UNAVAILABLE,
                "the layer " + layer
                        + " hangs: a call of its repository has not returned for minutes, as those of a file server that is not"
                        + " there and is mounted \"hard\" do; nothing can be asked of it until that returns",
                null);
    }
}
