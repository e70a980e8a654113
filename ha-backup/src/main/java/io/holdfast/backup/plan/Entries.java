package io.holdfast.backup.plan;

import io.holdfast.backup.catalog.Catalogue.Listing;
import io.holdfast.backup.catalog.Manifest;
import java.util.List;

/** What a catalogue says, as planning sees it. */
public final class Entries {
    private Entries() {}

    static Entry of(Manifest manifest) {
        return new Entry(
                manifest.id(),
                manifest.source(),
                manifest.kind(),
                manifest.ended(),
                manifest.range(),
                manifest.needs(),
                manifest.storedBytes(),
                true);
    }

    /** All of that cluster's that are whole. Another cluster's are nobody's business here: nothing of them is copied, counted or deleted. */
    public static List<Entry> of(Listing listing, String cluster) {
        return listing.backups().stream()
                .filter(manifest -> manifest.cluster().equals(cluster))
                .map(Entries::of)
                .toList();
    }
}
