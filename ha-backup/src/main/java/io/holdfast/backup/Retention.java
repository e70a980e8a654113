package io.holdfast.backup;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Which backups are kept; what no rule keeps is deleted. Each source is looked at by itself. Immutable: each method returns a changed
 * copy.
 *
 * <p>Whatever is said here, these stay: the last good backup of each source; what a backup that stays needs; and, of the replicated
 * state, what a restore to any moment of the {@linkplain #recoveryWindow recovery window} needs, which is a physical backup and the parts of
 * the log after it. Ages are counted back from the end of the newest good backup and not from now: so nothing grows old while no
 * backup succeeds, or because a clock was set.
 */
public final class Retention {
    private static final int MOST = 100_000;
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final int last;
    private final Duration within;
    private final int hours;
    private final int days;
    private final int weeks;
    private final int months;
    private final int years;
    private final Duration recoveryWindow;
    private final ZoneId zone;

    private Retention(
            int last,
            Duration within,
            int hours,
            int days,
            int weeks,
            int months,
            int years,
            Duration recoveryWindow,
            ZoneId zone) {
        this.last = last;
        this.within = within;
        this.hours = hours;
        this.days = days;
        this.weeks = weeks;
        this.months = months;
        this.years = years;
        this.recoveryWindow = recoveryWindow;
        this.zone = zone;
    }

    /** Keeps what has to be kept anyhow; the other methods add to it. */
    public static Retention least() {
        return new Retention(1, Duration.ZERO, 0, 0, 0, 0, 0, Duration.ZERO, ZoneOffset.UTC);
    }

    /** The default: the last 3, one of each of 7 days, 4 weeks and 6 months, and recovery to any moment of 7 days. */
    public static Retention standard() {
        return least().last(3).daily(7).weekly(4).monthly(6).recoveryWindow(Duration.ofDays(7));
    }

    /** The newest ones, 1 to 100,000. */
    public Retention last(int count) {
        return new Retention(count("last", count, 1), within, hours, days, weeks, months, years, recoveryWindow, zone);
    }

    /** All that are no older than that, 0 to 100 years. */
    public Retention within(Duration age) {
        return new Retention(last, age("within", age), hours, days, weeks, months, years, recoveryWindow, zone);
    }

    /** The newest one of each of the last hours that have one, 0 to 100,000. */
    public Retention hourly(int count) {
        return new Retention(last, within, count("hourly", count, 0), days, weeks, months, years, recoveryWindow, zone);
    }

    /** The newest one of each of the last days that have one, 0 to 100,000. */
    public Retention daily(int count) {
        return new Retention(last, within, hours, count("daily", count, 0), weeks, months, years, recoveryWindow, zone);
    }

    /** The newest one of each of the last weeks, which begin on Monday, that have one, 0 to 100,000. */
    public Retention weekly(int count) {
        return new Retention(last, within, hours, days, count("weekly", count, 0), months, years, recoveryWindow, zone);
    }

    /** The newest one of each of the last months that have one, 0 to 100,000. */
    public Retention monthly(int count) {
        return new Retention(last, within, hours, days, weeks, count("monthly", count, 0), years, recoveryWindow, zone);
    }

    /** The newest one of each of the last years that have one, 0 to 100,000. */
    public Retention yearly(int count) {
        return new Retention(last, within, hours, days, weeks, months, count("yearly", count, 0), recoveryWindow, zone);
    }

    /**
     * The replicated state can be restored as it was at any moment of so long a time, 0 to 100 years; with 0, as it was at any moment
     * since its last physical backup.
     */
    public Retention recoveryWindow(Duration window) {
        return new Retention(last, within, hours, days, weeks, months, years, age("recoveryWindow", window), zone);
    }

    /** Where hours, days, weeks, months and years begin; UTC by default. */
    public Retention zone(ZoneId place) {
        return new Retention(last, within, hours, days, weeks, months, years, recoveryWindow, place);
    }

    private static int count(String what, int count, int least) {
        if (count < least || count > MOST) {
            throw new IllegalArgumentException("retention: " + what + " " + count + " is not " + least + " to " + MOST);
        }
        return count;
    }

    private static Duration age(String what, Duration age) {
        if (age.isNegative() || age.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("retention: " + what + " " + age + " is not 0 to " + LONGEST);
        }
        return age;
    }

    /** How many of the newest. */
    public int last() {
        return last;
    }

    /** Up to which age all. */
    public Duration within() {
        return within;
    }

    /** Of how many hours one. */
    public int hours() {
        return hours;
    }

    /** Of how many days one. */
    public int days() {
        return days;
    }

    /** Of how many weeks one. */
    public int weeks() {
        return weeks;
    }

    /** Of how many months one. */
    public int months() {
        return months;
    }

    /** Of how many years one. */
    public int years() {
        return years;
    }

    /** How far back any moment can be restored. */
    public Duration recoveryWindow() {
        return recoveryWindow;
    }

    /** Where days begin. */
    public ZoneId zone() {
        return zone;
    }

    @Override
    public String toString() {
        return "the last " + last + ", all within " + within + ", " + hours + " hourly, " + days + " daily, " + weeks
                + " weekly, " + months + " monthly, " + years + " yearly, recovery window " + recoveryWindow + ", "
                + zone;
    }
}
