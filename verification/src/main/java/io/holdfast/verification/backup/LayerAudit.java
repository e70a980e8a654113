package io.holdfast.verification.backup;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Stored;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.Catalogue.Verification;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Looks into a layer as somebody who does not trust what writes to it. For one thread. */
final class LayerAudit {
    /** Above that of any node here. */
    private static final FencingToken HIGHEST = FencingToken.of(Short.MAX_VALUE, 1);

    private final String name;
    private final BackupRepository repository;
    private final Catalogue catalogue;

    LayerAudit(String name, BackupRepository repository, BackupKeys keys) {
        this.name = name;
        this.repository = repository;
        this.catalogue = Catalogue.of(repository, keys);
    }

    /** The backups that count, by their ids. */
    Set<String> ids() {
        return catalogue.list().backups().stream()
                .map(backup -> backup.id().toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether that backup of a source is listed, or so many others of it that are as young, and so may have been kept instead. */
    boolean has(String source, BackupId id, int kept) {
        List<BackupId> young = catalogue.list().backups().stream()
                .filter(backup -> backup.source().equals(source) && backup.kind() != BackupKind.LOG)
                .map(Manifest::id)
                .filter(each -> !each.began().isBefore(id.began()))
                .toList();
        return young.contains(id) || young.size() >= kept;
    }

    /** Reads every byte of what is listed; what is wrong, empty if nothing. */
    List<String> damage() {
        List<String> problems = new ArrayList<>();
        Listing listing = catalogue.list();
        listing.damaged().forEach(damage -> problems.add(name + ": " + damage));
        Verification verification = catalogue.verify(Progress.NONE);
        verification.damages().forEach(damage -> problems.add(name + ": " + damage));
        return problems;
    }

    /**
     * Collects as the next holder of the role does, but at once; what is there afterwards and belongs to no backup, empty if nothing. Whoever
     * wrote here before is deposed.
     */
    List<String> leftOver() {
        CatalogueWriter next = catalogue.claim(HIGHEST, new SystemTime(), new SecureRandom());
        next.collect(Duration.ZERO);
        next.collect(Duration.ZERO); // what the first one has given up or found void has left a mark
        Set<String> there =
                repository.list("").stream().map(Stored::name).collect(Collectors.toCollection(TreeSet::new));
        for (Manifest backup : catalogue.list().backups()) {
            there.remove("backups/" + backup.id());
            backup.objects().forEach(object -> there.remove(object.name()));
            there.removeIf(object -> object.startsWith("adopted/" + backup.id() + "/"));
        }
        there.removeIf(object -> object.startsWith("fences/") || object.startsWith("epochs/"));
        return there.stream()
                .map(object -> name + ": " + object + " is left over")
                .toList();
    }
}
