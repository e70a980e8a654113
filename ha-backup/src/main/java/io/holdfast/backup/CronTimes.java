package io.holdfast.backup;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronField;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

/**
 * Times by a cron expression. The library says which local times match, as if in a place whose clock is never set; what becomes of them
 * where the clock is set is decided here, as of {@link Schedule#cron}.
 */
final class CronTimes implements Schedule.Times {
    private final String expression;
    private final ZoneId zone;
    private final ZoneRules rules;
    private final ExecutionTime times;
    private final boolean everyHour;

    CronTimes(String expression, ZoneId zone) {
        this.expression = expression;
        this.zone = zone;
        this.rules = zone.getRules();
        CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
        Cron cron;
        try {
            cron = parser.parse(expression).validate();
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "\"" + expression
                            + "\" is no cron expression of minute, hour, day of the month, month and day of the"
                            + " week, such as \"30 2 * * *\" for half past two each night: " + wrong.getMessage(),
                    wrong);
        }
        this.times = ExecutionTime.forCron(cron);
        CronField hour = cron.retrieveFieldsAsMap().get(CronFieldName.HOUR);
        this.everyHour = hour != null && hour.getExpression().asString().equals("*");
        next(Instant.EPOCH);
    }

    private LocalDateTime nextLocal(LocalDateTime after) {
        return times.nextExecution(after.atZone(ZoneOffset.UTC))
                .map(ZonedDateTime::toLocalDateTime)
                .orElseThrow(() ->
                        new IllegalArgumentException("\"" + expression + "\": there is no such time after " + after));
    }

    @Override
    public Instant next(Instant after) {
        return everyHour ? nextOfEveryHour(after) : nextOnce(after);
    }

    /** Local times only go on, and the instants that stand for them never go back: the first one that has not passed. */
    private Instant nextOnce(Instant after) {
        LocalDateTime local = LocalDateTime.ofInstant(after, rules.getOffset(after));
        ZoneOffsetTransition before = rules.previousTransition(after.plusNanos(1));
        if (before != null && before.isOverlap() && local.isBefore(before.getDateTimeBefore())) {
            local = before.getDateTimeBefore().minusNanos(1); // the second time round: all of it has been
        }
        Instant next;
        do {
            local = nextLocal(local);
            next = instant(local);
        } while (!next.isAfter(after));
        return next;
    }

    private Instant instant(LocalDateTime local) {
        ZoneOffsetTransition transition = rules.getTransition(local);
        if (transition == null) {
            return local.toInstant(rules.getOffset(local));
        }
        return transition.isGap() ? transition.getInstant() : local.toInstant(transition.getOffsetBefore());
    }

    /** As if the clock were never set, from one time that it is set to the next. */
    private Instant nextOfEveryHour(Instant after) {
        Instant from = after;
        LocalDateTime local = LocalDateTime.ofInstant(from, rules.getOffset(from));
        while (true) {
            Instant next = nextLocal(local).toInstant(rules.getOffset(from));
            ZoneOffsetTransition set = rules.nextTransition(from);
            if (set == null || next.isBefore(set.getInstant())) {
                return next;
            }
            from = set.getInstant();
            local = set.getDateTimeAfter().minusNanos(1);
        }
    }

    @Override
    public String toString() {
        return "\"" + expression + "\" in " + zone;
    }
}
