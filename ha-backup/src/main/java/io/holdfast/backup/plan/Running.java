package io.holdfast.backup.plan;

import io.holdfast.backup.plan.PlanEffect.Run;
import java.util.concurrent.TimeUnit;

/** A job that has begun. */
final class Running {
    private static final long STILL_NANOS = TimeUnit.MINUTES.toNanos(30);
    private static final long SOURCE_STILL_NANOS = TimeUnit.HOURS.toNanos(4);

    final Run run;
    final JobWatch watch;
    final JobLane lane;
    final long begunAt;
    /** True while its source gets ready. */
    boolean preparing;
    /** When getting ready has taken too long. */
    long readyBy;

    Running(Run run, JobWatch watch, JobLane lane, long now) {
        this.run = run;
        this.watch = watch;
        this.lane = lane;
        this.begunAt = now;
    }

    /** True if nothing has happened for so long that nothing will. What a source does between two pieces may take hours. */
    boolean stands(long now) {
        if (preparing) {
            return now - readyBy >= 0;
        }
        long limit = run.what() instanceof Job.Make ? SOURCE_STILL_NANOS : STILL_NANOS;
        return now - watch.movedAt() >= limit;
    }
}
