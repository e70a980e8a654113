package io.holdfast.examples.demo;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.Loaded;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.RestorePlan;
import io.holdfast.backup.StoredBackups.Verification;
import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.StateRestorer.Restored;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the fifth act promises, and whether it was kept.
 *
 * @param history what the client was told
 * @param state the physical backup that was asked for
 * @param lines the logical one
 * @param verified what a reading of each layer found before all was lost
 * @param token of the old cluster's last master
 */
record SavedVerdict(
        SavedHistory history, BackupInfo state, BackupInfo lines, List<Verification> verified, FencingToken token) {

    /**
     * Judges.
     *
     * @param plan what the restore took from where
     * @param restored what came of it
     * @param found what each node's copy of the map held then
     * @param newToken of the new cluster's master
     * @param loaded what the logical backup brought
     * @param afterwards what each node's copy of the map held then
     */
    List<Check> checks(
            RestorePlan plan,
            Restored restored,
            Map<String, MapContent> found,
            Optional<FencingToken> newToken,
            Loaded loaded,
            Map<String, MapContent> afterwards) {
        long wrong = history.cleared();
        MapContent wanted = history.at(wrong - 1);
        return List.of(
                new Check(
                        "both backups were made in the midst of the client's writes",
                        isBetween(state) && isBetween(lines),
                        String.format(
                                Locale.ROOT, "at entries %,d and %,d of %,d", index(state), index(lines), last())),
                new Check(
                        "in both layers every byte was as it was stored",
                        verified.size() == 2
                                && verified.stream()
                                        .allMatch(layer -> layer.damages().isEmpty() && layer.backups() > 2),
                        String.join(
                                "; ", verified.stream().map(SavedVerdict::told).toList())),
                new Check(
                        "what is damaged in one layer was taken from the other one",
                        plan.backup().equals(state.id())
                                && !plan.remarks().isEmpty()
                                && plan.pieces().get(0).repository().endsWith("away"),
                        plan.pieces().get(0).object()),
                new Check(
                        "restored was up to the entry before the wrong command",
                        restored.index() == wrong - 1,
                        String.format(Locale.ROOT, "%,d", restored.index())),
                new Check(
                        "there all nodes hold exactly what had been acknowledged",
                        wanted.lines() > 0 && areAll(wanted, found),
                        told(found, wanted)),
                new Check(
                        "the new cluster's tokens are larger than those of the old one",
                        newToken.isPresent() && newToken.get().compareTo(token) > 0,
                        newToken.map(FencingToken::toString).orElse("none") + " after " + token),
                new Check(
                        "the logical backup brought exactly that of its own entry",
                        loaded.backupIndex() == index(lines) && areAll(history.at(index(lines)), afterwards),
                        told(afterwards, history.at(index(lines)))));
    }

    private static long index(BackupInfo backup) {
        return backup.range().map(LogRange::toIndex).orElse(0L);
    }

    private long last() {
        List<SavedHistory.Step> steps = history.steps();
        return steps.get(steps.size() - 1).index();
    }

    private boolean isBetween(BackupInfo backup) {
        return index(backup) > history.steps().get(0).index() && index(backup) < last();
    }

    private static boolean areAll(MapContent wanted, Map<String, MapContent> found) {
        return found.size() == NodeGroup.NODES && found.values().stream().allMatch(wanted::equals);
    }

    private static String told(Verification layer) {
        return String.format(Locale.ROOT, "%,d backups, %,d bytes", layer.backups(), layer.bytes())
                + (layer.damages().isEmpty() ? "" : ", damaged: " + layer.damages());
    }

    private static String told(Map<String, MapContent> found, MapContent wanted) {
        return areAll(wanted, found) ? "each has " + wanted : found + ", acknowledged were " + wanted;
    }
}
