package io.holdfast.backup.catalog;

import io.holdfast.core.FencingToken;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tells backups apart: when it began, under which fencing token, and a random number. The token stands in the name, so that
 * who was deposed is known by a listing alone, also where a manifest is damaged. As text: {@code
 * 20261129T193300Z-0-7-0badcafe}; ids of one layer sort by time.
 *
 * @param began by the wall clock, in whole seconds, of the years 1970 to 9999
 * @param token of who began it
 * @param random any number
 */
public record BackupId(Instant began, FencingToken token, int random) implements Comparable<BackupId> {
    private static final Pattern TEXT = Pattern.compile(
            "([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z-([0-9]{1,5})-([0-9]{1,15})-([0-9a-f]{8})");
    private static final int TIME = 6;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    /** Checks the time. */
    public BackupId {
        if (!began.truncatedTo(ChronoUnit.SECONDS).equals(began)
                || began.isBefore(Instant.EPOCH)
                || began.isAfter(LATEST)) {
            throw new IllegalArgumentException("a backup cannot have begun at " + began);
        }
    }

    /** Whose manifest it is; empty if that is no name of one. */
    public static Optional<BackupId> ofManifest(String object) {
        return Layout.id(object, Layout.BACKUPS)
                .filter(id -> Layout.manifest(id).equals(object));
    }

    /** @throws IllegalArgumentException if that is none */
    public static BackupId parse(String text) {
        Matcher parts = TEXT.matcher(text);
        try {
            if (parts.matches()) {
                int[] time = new int[TIME];
                for (int i = 0; i < TIME; i++) {
                    time[i] = Integer.parseInt(parts.group(i + 1));
                }
                Instant began = LocalDateTime.of(time[0], time[1], time[2], time[3], time[4], time[5])
                        .toInstant(ZoneOffset.UTC);
                FencingToken token = FencingToken.of(Integer.parseInt(parts.group(7)), Long.parseLong(parts.group(8)));
                BackupId id = new BackupId(began, token, Integer.parseUnsignedInt(parts.group(9), 16));
                if (id.toString().equals(text)) {
                    return id;
                }
            }
        } catch (DateTimeException | IllegalArgumentException malformed) {
            throw new IllegalArgumentException(text + " is no id of a backup", malformed);
        }
        throw new IllegalArgumentException(text + " is no id of a backup");
    }

    /** By time, then by token. */
    @Override
    public int compareTo(BackupId other) {
        int byTime = began.compareTo(other.began);
        int byToken = byTime == 0 ? token.compareTo(other.token) : byTime;
        return byToken == 0 ? Integer.compareUnsigned(random, other.random) : byToken;
    }

    /** By hand: a catalogue of thousands is made of these, and read by them. */
    @Override
    public String toString() {
        LocalDateTime time = LocalDateTime.ofEpochSecond(began.getEpochSecond(), 0, ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(48);
        digits(text, time.getYear() / 100);
        digits(text, time.getYear() % 100);
        digits(text, time.getMonthValue());
        digits(text, time.getDayOfMonth());
        text.append('T');
        digits(text, time.getHour());
        digits(text, time.getMinute());
        digits(text, time.getSecond());
        text.append("Z-").append(token.epoch()).append('-').append(token.number());
        return text.append('-').append(HexFormat.of().toHexDigits(random)).toString();
    }

    private static void digits(StringBuilder text, int two) {
        text.append((char) ('0' + two / 10)).append((char) ('0' + two % 10));
    }
}
