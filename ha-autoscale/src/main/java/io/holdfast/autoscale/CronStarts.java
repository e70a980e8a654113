package io.holdfast.autoscale;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;

/**
 * When a cron expression matches. The library is asked for local times of a place whose clocks are never set; which instants those are
 * is decided here, as of {@link ScheduledScaling}.
 */
final class CronStarts {
    /** Longer than clocks are ever set by, but for changes of the date line. */
    private static final Duration CLOCKS_SET_BY = Duration.ofHours(3);

    private final String expression;
    private final ZoneRules rules;
    private final ExecutionTime times;

    CronStarts(String expression, ZoneId zone) {
        this.expression = expression;
        this.rules = zone.getRules();
        try {
            CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
            this.times = ExecutionTime.forCron(parser.parse(expression).validate());
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "\"" + expression + "\" are no times to scale, as \"0 8 * * MON-FRI\" are: " + wrong.getMessage(),
                    wrong);
        }
    }

    /** True if it matches after the first and not after the second. */
    boolean any(Instant after, Instant until) {
        Optional<LocalDateTime> next = next(local(after.minus(CLOCKS_SET_BY)));
        while (next.isPresent()) {
            Instant start = instant(next.get());
            if (start.isAfter(after)) {
                return !start.isAfter(until);
            }
            next = next(next.get());
        }
        return false;
    }

    private Optional<LocalDateTime> next(LocalDateTime after) {
        return times.nextExecution(after.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toLocalDateTime);
    }

    private LocalDateTime local(Instant instant) {
        return LocalDateTime.ofInstant(instant, rules.getOffset(instant));
    }

    private Instant instant(LocalDateTime local) {
        ZoneOffsetTransition set = rules.getTransition(local);
        if (set != null && set.isGap()) {
            return set.getInstant();
        }
        return local.toInstant(set == null ? rules.getOffset(local) : set.getOffsetBefore());
    }

    @Override
    public String toString() {
        return "\"" + expression + "\"";
    }
}
