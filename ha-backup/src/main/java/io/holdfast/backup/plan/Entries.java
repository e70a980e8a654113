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

    /** All that are whole. */
    public static List<Entry> of(Listing listing) {
        return listing.backups().stream().map(Entries::of).toList();
    }
}
