package io.holdfast.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.Damage;
import io.holdfast.backup.Loaded;
import io.holdfast.backup.LogRange;
import io.holdfast.backup.RestorePlan;
import io.holdfast.backup.StoredBackups.Verification;
import io.holdfast.core.FencingToken;
import io.holdfast.core.spi.StateRestorer.Restored;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SavedVerdictTest {
    private static final Verification WHOLE = new Verification(4, 4, 1_000, List.of(), List.of());

    private final SavedHistory history = new SavedHistory();
    private final List<Verification> verified = new ArrayList<>(List.of(WHOLE, WHOLE));
    private final Map<String, MapContent> found = new TreeMap<>();
    private final Map<String, MapContent> afterwards = new TreeMap<>();
    private List<String> remarks = List.of("taken from away");
    private long stateIndex = 15;
    private long restoredTo = 39;
    private FencingToken newToken = FencingToken.of(1, 1);
    private long loadedIndex = 25;

    SavedVerdictTest() {
        MapContent.Sum sum = new MapContent.Sum();
        for (int i = 1; i <= 3; i++) {
            sum.add(i, "line".getBytes(StandardCharsets.UTF_8));
            history.acknowledged(false, sum.now());
            history.told(10L * i);
        }
        sum.clear();
        history.acknowledged(true, sum.now());
        history.told(40);
        sum.add(4, "line".getBytes(StandardCharsets.UTF_8));
        history.acknowledged(false, sum.now());
        history.told(50);
        for (String node : List.of("node-1", "node-2", "node-3")) {
            found.put(node, history.at(39));
            afterwards.put(node, history.at(25));
        }
    }

    private static BackupInfo backup(String id, long index) {
        LogRange range = new LogRange("log", 1, index, 1, 0, 0);
        return new BackupInfo(
                "near", id, id, BackupKind.PHYSICAL, Instant.EPOCH, Instant.EPOCH, 100, Optional.of(range), List.of());
    }

    /** Which promises were not kept, by their places. */
    private List<Integer> broken() {
        RestorePlan plan = new RestorePlan(
                "state",
                "log",
                stateIndex,
                50,
                Instant.EPOCH,
                List.of(new RestorePlan.Piece("data/state", "directory /data/away", 100)),
                remarks);
        return BrokenChecks.of(new SavedVerdict(
                        history, backup("state", stateIndex), backup("lines", 25), verified, FencingToken.of(0, 7))
                .checks(
                        plan,
                        new Restored("c", "d", stateIndex, restoredTo, 1, 0, 1),
                        found,
                        Optional.of(newToken),
                        new Loaded("log", loadedIndex, 2, 0, 0, 0, 0, List.of()),
                        afterwards));
    }

    @Test
    void allIsWell() {
        assertEquals(List.of(), broken());
        assertEquals(3, history.at(39).lines());
        assertEquals(0, history.at(40).lines());
        assertEquals(1, history.at(1_000).lines());
    }

    @Test
    void aBackupBesideNoWritesProvesNothing() {
        stateIndex = 50;
        assertEquals(List.of(0), broken());
    }

    @Test
    void aDamagedLayerIsFound() {
        verified.set(
                1,
                new Verification(
                        4, 4, 1_000, List.of(new Damage("data/x", Damage.Kind.CHANGED, 0, 0, "a bit")), List.of()));
        assertEquals(List.of(1), broken());
    }

    @Test
    void damageThatNobodySpokeOfIsFound() {
        remarks = List.of();
        assertEquals(List.of(2), broken());
    }

    @Test
    void aRestoreTooFarIsFound() {
        restoredTo = 40;
        assertEquals(List.of(3), broken());
    }

    @Test
    void oneNodeWithSomethingElseIsFound() {
        found.put("node-3", history.at(40));
        assertEquals(List.of(4), broken());
    }

    @Test
    void anOldTokenIsFound() {
        newToken = FencingToken.of(0, 7);
        assertEquals(List.of(5), broken());
    }

    @Test
    void aLoadOfSomethingElseIsFound() {
        afterwards.put("node-2", history.at(30));
        assertEquals(List.of(6), broken());
        afterwards.put("node-2", history.at(25));
        loadedIndex = 30;
        assertEquals(List.of(6), broken());
    }
}
