package io.holdfast.backup.settings;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupLayer;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.Backups;
import io.holdfast.backup.Retention;
import io.holdfast.backup.Schedule;
import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Option;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes backups of the replicated state of what a file and the environment say; found by {@link java.util.ServiceLoader}. Other sources
 * need code.
 */
public final class BackupProvider implements ConfigurableFeature {

    @Override
    public String name() {
        return "backup";
    }

    @Override
    public List<Option<?>> options() {
        return BackupOptions.all();
    }

    @Override
    public HaFeature create(Values values) {
        ZoneId zone = zone(values);
        Retention keep = Retention.least()
                .last(of(values, BackupOptions.LAST))
                .daily(of(values, BackupOptions.DAILY))
                .weekly(of(values, BackupOptions.WEEKLY))
                .monthly(of(values, BackupOptions.MONTHLY))
                .recoveryWindow(of(values, BackupOptions.WINDOW))
                .zone(zone);
        Backups backups = Backups.to(layers(values, keep)).physical(schedule(values, zone));
        Optional<Path> keys = values.given(BackupOptions.KEYS);
        if (keys.isPresent()) {
            backups = backups.keys(BackupKeys.inFile(keys.get()));
        }
        backups = merging(values, archive(values, backups));
        if (values.given(BackupOptions.ALSO_ON_MASTER).orElse(false)) {
            backups = backups.alsoOnMaster();
        }
        Optional<Long> most = values.given(BackupOptions.BYTES_PER_SECOND);
        if (most.isPresent()) {
            backups = backups.bytesPerSecond(most.get());
        }
        Optional<Duration> old = values.given(BackupOptions.OLDER_THAN);
        if (old.isPresent()) {
            backups = backups.alertWhenOlderThan(old.get());
        }
        return drills(values, zone, backups.alertWhenBehindFor(of(values, BackupOptions.BEHIND_FOR)));
    }

    private static Backups archive(Values values, Backups backups) {
        if (!values.given(BackupOptions.WITHOUT_ARCHIVE).orElse(false)) {
            return backups.archiveEvery(of(values, BackupOptions.ARCHIVE_EVERY));
        }
        if (values.given(BackupOptions.ARCHIVE_EVERY).isPresent()) {
            values.refuse(values.name(BackupOptions.ARCHIVE_EVERY) + " says how often, and "
                    + values.name(BackupOptions.WITHOUT_ARCHIVE) + " that never; leave one of them out");
        }
        return backups.withoutArchive();
    }

    private static Backups drills(Values values, ZoneId zone, Backups backups) {
        Backups with = backups.drillLimit(of(values, BackupOptions.DRILL_LIMIT));
        Optional<Schedule> schedule = schedule(values, zone, BackupOptions.DRILL_CRON, BackupOptions.DRILL_EVERY);
        if (schedule.isPresent()) {
            with = with.drill(schedule.get());
        }
        Optional<Path> directory = values.given(BackupOptions.DRILL_DIRECTORY);
        if (directory.isPresent()) {
            with = with.drillDirectory(directory.get());
        }
        Optional<Duration> old = values.given(BackupOptions.NOT_PROVEN_FOR);
        return old.isPresent() ? with.alertWhenNotProvenFor(old.get()) : with;
    }

    private static Backups merging(Values values, Backups backups) {
        if (!values.given(BackupOptions.WITHOUT_MERGING).orElse(false)) {
            return backups.mergeParts(of(values, BackupOptions.MERGE_PARTS), of(values, BackupOptions.MERGE_BYTES));
        }
        for (Option<?> option : List.of(BackupOptions.MERGE_PARTS, BackupOptions.MERGE_BYTES)) {
            if (values.given(option).isPresent()) {
                values.refuse(values.name(option) + " says what is put together, and "
                        + values.name(BackupOptions.WITHOUT_MERGING) + " that nothing is; leave one of them out");
            }
        }
        return backups.withoutMerging();
    }

    private static <T> T of(Values values, Option<T> option) {
        return values.given(option).orElseGet(option::orDefault);
    }

    private static ZoneId zone(Values values) {
        String zone = of(values, BackupOptions.ZONE);
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException unknown) {
            throw new IllegalArgumentException(
                    values.name(BackupOptions.ZONE) + ": there is no time zone " + zone
                            + "; write for example Europe/Berlin",
                    unknown);
        }
    }

    private static BackupLayer[] layers(Values values, Retention keep) {
        List<String> here = values.given(BackupOptions.DIRECTORIES).orElse(List.of());
        List<String> stores = values.given(BackupOptions.REPOSITORIES).orElse(List.of());
        if (here.isEmpty() && stores.isEmpty()) {
            throw new IllegalArgumentException(values.name(BackupOptions.DIRECTORIES)
                    + " is missing; write for example " + values.name(BackupOptions.DIRECTORIES) + "=/mnt/backups");
        }
        List<BackupLayer> layers = new ArrayList<>();
        for (String directory : here) {
            layers.add(layer("local-" + (layers.size() + 1), directory, keep, values, BackupOptions.DIRECTORIES));
        }
        int store = 0;
        for (String place : stores) {
            layers.add(placed("store-" + ++store, place, keep, values, BackupOptions.REPOSITORIES));
        }
        int away = 0;
        for (String directory : values.given(BackupOptions.OFF_SITE).orElse(List.of())) {
            layers.add(layer("away-" + ++away, directory, keep, values, BackupOptions.OFF_SITE)
                    .offSite());
        }
        for (String place : values.given(BackupOptions.OFF_SITE_REPOSITORIES).orElse(List.of())) {
            layers.add(placed("away-" + ++away, place, keep, values, BackupOptions.OFF_SITE_REPOSITORIES)
                    .offSite());
        }
        return layers.toArray(BackupLayer[]::new);
    }

    private static BackupLayer layer(String name, String directory, Retention keep, Values values, Option<?> option) {
        try {
            return BackupLayer.of(name, BackupRepository.directory(Path.of(directory)))
                    .keep(keep);
        } catch (InvalidPathException wrong) {
            throw new IllegalArgumentException(values.name(option) + ": " + wrong.getMessage(), wrong);
        }
    }

    private static BackupLayer placed(String name, String place, Retention keep, Values values, Option<?> option) {
        try {
            return BackupLayer.of(name, BackupRepository.at(place)).keep(keep);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(values.name(option) + ": " + wrong.getMessage(), wrong);
        }
    }

    private static Schedule schedule(Values values, ZoneId zone) {
        return schedule(values, zone, BackupOptions.CRON, BackupOptions.EVERY)
                .orElseGet(Schedule::daily)
                .jitter(of(values, BackupOptions.JITTER));
    }

    /** By one of two options, of which not both may be given. */
    private static Optional<Schedule> schedule(
            Values values, ZoneId zone, Option<String> byTimes, Option<Duration> byPauses) {
        Optional<String> cron = values.given(byTimes);
        Optional<Duration> every = values.given(byPauses);
        if (cron.isPresent() && every.isPresent()) {
            throw new IllegalArgumentException(values.name(byTimes) + " and " + values.name(byPauses)
                    + " say different things; leave one of them out");
        }
        try {
            return cron.isPresent() ? Optional.of(Schedule.cron(cron.get(), zone)) : every.map(Schedule::every);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(values.name(byTimes) + ": " + wrong.getMessage(), wrong);
        }
    }
}
