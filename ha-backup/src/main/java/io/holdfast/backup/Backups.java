package io.holdfast.backup;

import io.holdfast.backup.catalog.BackupNames;
import io.holdfast.backup.plan.BackupNode;
import io.holdfast.backup.plan.BackupSettings;
import io.holdfast.backup.plan.BackupSettings.Wanted;
import io.holdfast.backup.plan.DrillSettings;
import io.holdfast.backup.plan.DrillSettings.Checked;
import io.holdfast.backup.plan.MergePlan;
import io.holdfast.core.Node;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups of a cluster, made and kept by itself:
 *
 * <pre>{@code
 * HaCluster.builder("shop")
 *     .with(LogReplication.inDirectory(dir).bootstrap("node-1", "node-2", "node-3"))
 *     .with(Backups.to(BackupLayer.of("nas", BackupRepository.directory(nas)),
 *                      BackupLayer.of("away", BackupRepository.directory(away)).offSite())
 *             .keys(BackupKeys.inFile(keys))
 *             .physical(Schedule.cron("30 2 * * *", ZoneId.of("Europe/Berlin")))
 *             .logical(Schedule.hourly(), invoices))
 * }</pre>
 *
 * <p>The node that holds the role {@value BackupService#ROLE} does the work, by default one that is not the master; when it dies,
 * another one goes on. Each backup is written to the first layer that works and copied from there to the others. All nodes are given the same.
 *
 * <p>Immutable: each method returns a changed copy.
 */
public final class Backups implements HaFeature {
    private static final Logger LOG = LoggerFactory.getLogger(Backups.class);
    private static final Duration ARCHIVE_EVERY = Duration.ofSeconds(30);

    private final BackupSettings settings;

    private Backups(BackupSettings settings) {
        this.settings = settings;
    }

    /** Into one layer, named {@code main}. */
    public static Backups to(BackupRepository repository) {
        return to(BackupLayer.of("main", repository));
    }

    /** Into those layers: the first one that works is written to, the others get copies. */
    public static Backups to(BackupLayer... layers) {
        return new Backups(new BackupSettings(
                List.of(layers),
                BackupKeys.none(),
                List.of(),
                Optional.of(ARCHIVE_EVERY),
                false,
                0,
                Optional.empty(),
                Duration.ofHours(1),
                Duration.ofHours(1),
                DrillSettings.BY_HAND,
                MergePlan.USUAL));
    }

    /** Encrypts, and authenticates catalogues. By default neither: then whoever can write to a layer can forge backups. */
    public Backups keys(BackupKeys keys) {
        return new Backups(settings.with(keys));
    }

    /** The replicated state as a whole; its log is archived in between, see {@link #archiveEvery}. */
    public Backups physical(Schedule schedule) {
        return new Backups(settings.with(new Wanted(schedule, null)));
    }

    /** A physical source, such as the directory of a database. */
    public Backups physical(Schedule schedule, BackupSource source) {
        return of(BackupKind.PHYSICAL, schedule, source);
    }

    /** A logical source, such as some tables of a database. */
    public Backups logical(Schedule schedule, BackupSource source) {
        return of(BackupKind.LOGICAL, schedule, source);
    }

    private Backups of(BackupKind kind, Schedule schedule, BackupSource source) {
        if (source.kind() != kind) {
            throw new IllegalArgumentException(
                    "the source " + source.name() + " makes backups of the kind " + source.kind() + " and not " + kind);
        }
        return new Backups(settings.with(new Wanted(schedule, source)));
    }

    /** How often the log of the replicated state goes into the archive, 1 s to 1 h; 30 s by default. So much may be lost with all nodes. */
    public Backups archiveEvery(Duration every) {
        if (every.compareTo(Duration.ofSeconds(1)) < 0 || every.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("archiveEvery " + every + " is not 1 s to 1 h");
        }
        return new Backups(settings.withArchive(Optional.of(every)));
    }

    /**
     * When small parts of the archived log are put together: with one every 30 seconds a week would have 20,000. Nothing is lost of where a restore gets to,
     * and no byte is written more than a few times. By default 32 parts and 64 MiB. See {@link #withoutMerging}.
     *
     * @param atLeast so many that follow one another, 2 to 1,000
     * @param mostBytes as much of them as becomes one, 1 MiB to 1 GiB; larger ones stay as they are
     */
    public Backups mergeParts(int atLeast, long mostBytes) {
        if (atLeast < 2 || atLeast > 1_000) {
            throw new IllegalArgumentException("mergeParts: " + atLeast + " parts are not 2 to 1,000");
        }
        if (mostBytes < 1 << 20 || mostBytes > 1 << 30) {
            throw new IllegalArgumentException("mergeParts: " + mostBytes + " bytes are not 1 MiB to 1 GiB");
        }
        return new Backups(settings.with(new MergePlan(atLeast, mostBytes)));
    }

    /** Leaves all parts of the archived log as they were stored. */
    public Backups withoutMerging() {
        return new Backups(settings.with(MergePlan.NEVER));
    }

    /** Archives no log: a restore gets to the moments of physical backups alone. */
    public Backups withoutArchive() {
        return new Backups(settings.withArchive(Optional.empty()));
    }

    /** Leaves the work where it is when that node becomes the master; by default it is handed to another node. */
    public Backups alsoOnMaster() {
        return new Backups(settings.withMaster());
    }

    /** For each backup and each copy that is written, 1 KiB to 1 TiB a second; as many as there are by default. Not for the log. */
    public Backups bytesPerSecond(long most) {
        if (most < 1024 || most > 1L << 40) {
            throw new IllegalArgumentException("bytesPerSecond " + most + " is not 1 KiB to 1 TiB");
        }
        return new Backups(settings.withLimit(most));
    }

    /**
     * How old the last good backup of each source may be before that is an alert, 1 min to 10 years; by default one turn of its schedule older
     * than it should be.
     */
    public Backups alertWhenOlderThan(Duration age) {
        within("alertWhenOlderThan", age, Duration.ofDays(3_650));
        return new Backups(settings.withAlerts(Optional.of(age), settings.behindAfter()));
    }

    /** How long a layer may lack what another one has before that is an alert, 1 min to 30 days; 1 h by default. */
    public Backups alertWhenBehindFor(Duration time) {
        within("alertWhenBehindFor", time, Duration.ofDays(30));
        return new Backups(settings.withAlerts(settings.oldAfter(), time));
    }

    /**
     * Proves layers by restoring from them, one after the other at those times: the newest backup of the replicated state goes into a scratch place,
     * the log is applied to it, and what comes of it is compared with the cluster's state. By default only by hand. It takes as much room as the state
     * and the log since its backup, and once more the state's in memory, on the node that does the backups; where that is not free, no drill
     * takes place, and that is an alert.
     */
    public Backups drill(Schedule schedule) {
        return new Backups(settings.with(settings.drill().at(schedule)));
    }

    /**
     * Proves backups of another source as well, one layer after the other at those times, by a check that restores them.
     *
     * @param source its name
     */
    public Backups drill(Schedule schedule, String source, DrillCheck check) {
        return new Backups(settings.with(settings.drill().with(new Checked(source, schedule, check))));
    }

    /**
     * Where drills restore to: each node makes a directory of its own in it, and removes it afterwards. By default beneath the node's directory.
     *
     * @param directory on a local disk; may not exist yet
     */
    public Backups drillDirectory(Path directory) {
        return new Backups(settings.with(settings.drill().in(directory)));
    }

    /** How long a drill may take, 1 min to 30 days; 6 h by default. */
    public Backups drillLimit(Duration most) {
        within("drillLimit", most, Duration.ofDays(30));
        return new Backups(settings.with(settings.drill().within(most)));
    }

    /**
     * How long ago a layer may have been proven before that is an alert, 1 min to 10 years; by default as long as one turn of all layers takes, and one
     * drill more. Without a schedule there is no such alert.
     */
    public Backups alertWhenNotProvenFor(Duration age) {
        within("alertWhenNotProvenFor", age, Duration.ofDays(3_650));
        return new Backups(settings.with(settings.drill().oldAfter(age)));
    }

    private static void within(String what, Duration time, Duration most) {
        if (time.compareTo(Duration.ofMinutes(1)) < 0 || time.compareTo(most) > 0) {
            throw new IllegalArgumentException(what + " " + time + " is not 1 min to " + most.toDays() + " days");
        }
    }

    @Override
    public String name() {
        return "backup";
    }

    @Override
    public boolean needsElectionEngine() {
        return true;
    }

    @Override
    public void validate(Settings cluster) {
        Node node = cluster.node();
        if (settings.layers().isEmpty()) {
            throw new IllegalArgumentException(node.id()
                    + " has backups and nowhere to put them; write Backups.to(BackupRepository.directory(...))");
        }
        if (settings.sources().isEmpty()) {
            throw new IllegalArgumentException(node.id()
                    + " has backups of nothing; add .physical(Schedule.daily()) for the replicated state, or a source");
        }
        unique("layers", settings.layers().stream().map(BackupLayer::name).toList());
        unique("sources", settings.sources().stream().map(Wanted::name).toList());
        for (Wanted wanted : settings.sources()) {
            BackupNames.check("the name of a source of backups", wanted.name());
            if (wanted.source() != null && wanted.name().equals(BackupNode.STATE)) {
                throw new IllegalArgumentException("a source named " + BackupNode.STATE
                        + " would be taken for the replicated state; give it another name");
            }
        }
        if (settings.drill().schedule().isPresent() && !settings.hasState()) {
            throw new IllegalArgumentException(
                    node.id()
                            + " has drills and no backups of the replicated state, which are what they restore; add .physical(Schedule.daily())");
        }
        checkDrills(node);
        Map<String, String> places = new HashMap<>();
        for (BackupLayer layer : settings.layers()) {
            String place = layer.repository().describe();
            String other = places.putIfAbsent(place, layer.name());
            if (other != null) {
                throw new IllegalArgumentException("the layers " + other + " and " + layer.name() + " are one place, "
                        + place + ", and so no copy of each other; give each a repository of its own");
            }
        }
        List<String> missing = BackupNode.missingOfTheRule(settings.layers());
        if (!missing.isEmpty()) {
            LOG.warn(
                    "{}: the layers {} cannot hold backups as of the rule 3-2-1: three copies with the data itself, the backups on two"
                            + " kinds of media, one of them off-site. {}; add a layer with .offSite(), on another .medium(kind)",
                    node.id(),
                    settings.layers().stream().map(BackupLayer::name).toList(),
                    String.join(", ", missing));
        }
        unique(
                "directories of nodes, of which each offers one,",
                settings.layers().stream()
                        .map(BackupLayer::repository)
                        .filter(NodeRepository.class::isInstance)
                        .map(repository -> ((NodeRepository) repository).nodeId())
                        .toList());
    }

    private void checkDrills(Node node) {
        List<String> checked =
                settings.drill().checks().stream().map(Checked::source).toList();
        unique("checks of drills", checked);
        for (String source : checked) {
            if (settings.sources().stream()
                    .noneMatch(
                            wanted -> wanted.source() != null && wanted.name().equals(source))) {
                throw new IllegalArgumentException(node.id() + " has a check for drills of " + source
                        + ", which is none of the sources that need one; there are "
                        + settings.sources().stream().map(Wanted::name).toList());
            }
        }
    }

    private static void unique(String what, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(
                        "two of the " + what + " of the backups are named " + name + "; give one another name");
            }
        }
    }

    @Override
    public RunningFeature create(FeatureContext context) {
        return new BackupNode(settings, context);
    }

    @Override
    public String toString() {
        return "backups of "
                + Arrays.toString(settings.sources().stream().map(Wanted::name).toArray()) + " to " + settings.layers();
    }
}
