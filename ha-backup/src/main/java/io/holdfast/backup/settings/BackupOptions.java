package io.holdfast.backup.settings;

import io.holdfast.core.spi.Option;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What can be set of backups. The same ranges and defaults hold for the methods of {@code Backups}. */
public final class BackupOptions {
    private static final int MOST_KEPT = 100_000;
    private static final Duration LONGEST = Duration.ofDays(36_500);

    public static final Option<List<String>> DIRECTORIES = Option.list(
                    "directories",
                    "paths",
                    "directories that backups are kept in, which must exist, and are the same on all nodes (a mounted file system): the"
                            + " first one that works is written to, the others get copies; required if there are no repositories")
            .allowed("at least one");
    public static final Option<List<String>> OFF_SITE = Option.list(
            "offSiteDirectories", "paths", "more of them, which are somewhere else: they come after the others");
    public static final Option<List<String>> REPOSITORIES = Option.list(
                    "repositories",
                    "places",
                    "what keeps backups and is no directory; they come after the directories. `s3://` needs `ha-backup-s3` on"
                            + " the class path")
            .allowed("such as `s3://bucket/prefix?region=eu-central-1`, `node://node-9@10.9.0.1:7400/srv/backups`");
    public static final Option<List<String>> OFF_SITE_REPOSITORIES = Option.list(
                    "offSiteRepositories",
                    "places",
                    "more of them, which are somewhere else: they come after all others")
            .allowed("such as `s3://bucket/prefix?region=eu-central-1`, `node://node-9@10.9.0.1:7400/srv/backups`");
    public static final Option<Path> KEYS = Option.path(
            "keys",
            "a file with the keys that encrypt backups, one a line, of which the first one encrypts; without it they are not"
                    + " encrypted. Keep a copy elsewhere: without its key a backup is lost");
    public static final Option<Duration> EVERY = Option.duration(
                    "physical.every",
                    "how often the replicated state is backed up as a whole; a day, if there is no physical.cron either")
            .within(Duration.ofSeconds(10), Duration.ofDays(366));
    public static final Option<String> CRON = Option.text(
                    "physical.cron",
                    "instead of that the times: minute, hour, day of the month, month, day of the week, such as `30 2 * * *`")
            .allowed("five fields of crontab(5)");
    public static final Option<String> ZONE = Option.text(
                    "physical.zone", "the time zone of physical.cron, and where days and weeks of keep begin")
            .byDefault("UTC")
            .allowed("such as Europe/Berlin");
    public static final Option<Duration> JITTER = Option.duration(
                    "physical.jitter", "up to so much later it begins, by chance")
            .byDefault(Duration.ZERO)
            .within(Duration.ZERO, Duration.ofDays(1));
    public static final Option<Duration> ARCHIVE_EVERY = Option.duration(
                    "archiveEvery",
                    "how often the log of the replicated state goes into the archive: so much may be lost with all nodes")
            .byDefault(Duration.ofSeconds(30))
            .within(Duration.ofSeconds(1), Duration.ofHours(1));
    public static final Option<Boolean> WITHOUT_ARCHIVE =
            Option.flag("withoutArchive", "archives no log: a restore gets to the moments of physical backups alone");
    public static final Option<Integer> MERGE_PARTS = Option.number(
                    "merge.parts", "so many small parts of the archived log that follow one another are put together")
            .byDefault(32)
            .within(2, 1_000);
    public static final Option<Long> MERGE_BYTES = Option.bytes(
                    "merge.bytes", "the most that becomes one part then; larger ones stay as they are")
            .byDefault(64L << 20)
            .within(1L << 20, 1L << 30);
    public static final Option<Boolean> WITHOUT_MERGING =
            Option.flag("withoutMerging", "leaves all parts of the archived log as they were stored");
    public static final Option<Boolean> ALSO_ON_MASTER = Option.flag(
            "alsoOnMaster",
            "leaves the work where it is when that node becomes the master, instead of handing it over");
    public static final Option<Long> BYTES_PER_SECOND = Option.bytes(
                    "bytesPerSecond",
                    "the most that each backup and each copy stores in a second; as much as goes if it is not set")
            .within(1024L, 1L << 40);
    public static final Option<Duration> OLDER_THAN = Option.duration(
                    "alertWhenOlderThan",
                    "how old the last good backup may be before that is an alert; one turn of its schedule older than it should be if it"
                            + " is not set")
            .within(Duration.ofMinutes(1), Duration.ofDays(3_650));
    public static final Option<Duration> BEHIND_FOR = Option.duration(
                    "alertWhenBehindFor", "how long a directory may lack what another one has before that is an alert")
            .byDefault(Duration.ofHours(1))
            .within(Duration.ofMinutes(1), Duration.ofDays(30));
    public static final Option<Duration> DRILL_EVERY = Option.duration(
                    "drill.every",
                    "how often one of the directories, by turns, is restored from for a trial, and what comes of it compared with the"
                            + " cluster's state; never if there is no drill.cron either")
            .within(Duration.ofMinutes(1), Duration.ofDays(366));
    public static final Option<String> DRILL_CRON = Option.text(
                    "drill.cron", "instead of that the times, as in physical.cron and in its time zone")
            .allowed("five fields of crontab(5)");
    public static final Option<Path> DRILL_DIRECTORY = Option.path(
            "drill.directory",
            "a local directory for what is restored for a trial, which is removed afterwards; a place beneath the node's own if it is"
                    + " not set");
    public static final Option<Duration> DRILL_LIMIT = Option.duration("drill.limit", "how long a trial may take")
            .byDefault(Duration.ofHours(6))
            .within(Duration.ofMinutes(1), Duration.ofDays(30));
    public static final Option<Duration> NOT_PROVEN_FOR = Option.duration(
                    "drill.alertAfter",
                    "how long ago a directory may have been restored from with success before that is an alert; one turn of all of them,"
                            + " and one trial more if it is not set")
            .within(Duration.ofMinutes(1), Duration.ofDays(3_650));
    public static final Option<Integer> LAST = Option.number("keep.last", "so many of the newest stay")
            .byDefault(3)
            .within(1, MOST_KEPT);
    public static final Option<Integer> DAILY = kept("keep.daily", "one of each of so many days stays", 7);
    public static final Option<Integer> WEEKLY = kept("keep.weekly", "one of each of so many weeks stays", 4);
    public static final Option<Integer> MONTHLY = kept("keep.monthly", "one of each of so many months stays", 6);
    public static final Option<Duration> WINDOW = Option.duration(
                    "keep.recoveryWindow", "to any moment of so long a time the replicated state can be restored")
            .byDefault(Duration.ofDays(7))
            .within(Duration.ZERO, LONGEST);

    private BackupOptions() {}

    private static Option<Integer> kept(String key, String description, int byDefault) {
        return Option.number(key, description).byDefault(byDefault).within(0, MOST_KEPT);
    }

    /** In the order in which they are shown. */
    static List<Option<?>> all() {
        return List.of(
                DIRECTORIES,
                OFF_SITE,
                REPOSITORIES,
                OFF_SITE_REPOSITORIES,
                KEYS,
                EVERY,
                CRON,
                ZONE,
                JITTER,
                ARCHIVE_EVERY,
                WITHOUT_ARCHIVE,
                MERGE_PARTS,
                MERGE_BYTES,
                WITHOUT_MERGING,
                ALSO_ON_MASTER,
                BYTES_PER_SECOND,
                OLDER_THAN,
                BEHIND_FOR,
                DRILL_EVERY,
                DRILL_CRON,
                DRILL_DIRECTORY,
                DRILL_LIMIT,
                NOT_PROVEN_FOR,
                LAST,
                DAILY,
                WEEKLY,
                MONTHLY,
                WINDOW);
    }
}
