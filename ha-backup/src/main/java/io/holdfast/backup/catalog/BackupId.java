package io.holdfast.backup.catalog;

import io.holdfast.core.FencingToken;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
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
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern TEXT =
            Pattern.compile("(\\d{8}T\\d{6}Z)-(\\d{1,5})-(\\d{1,15})-([0-9a-f]{8})", Pattern.UNICODE_CASE);
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
                FencingToken token = FencingToken.of(Integer.parseInt(parts.group(2)), Long.parseLong(parts.group(3)));
                BackupId id = new BackupId(
                        TIME.parse(parts.group(1), Instant::from), token, Integer.parseUnsignedInt(parts.group(4), 16));
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

    @Override
    public String toString() {
        return TIME.format(began) + "-" + token.epoch() + "-" + token.number() + "-" + String.format("%08x", random);
    }
}
