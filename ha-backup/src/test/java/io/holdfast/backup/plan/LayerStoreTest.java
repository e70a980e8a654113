package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.testkit.Simulation;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerStoreTest {
    private final NodeRuntime runtime = new Simulation(1).node("node-1").runtime();
    private final MemoryRepository repository = new MemoryRepository();

    private LayerStore store(String cluster) {
        return new LayerStore(
                "nas", repository, BackupKeys.none(), cluster, "node-1", runtime.clock(), runtime.random());
    }

    private static void make(LayerStore store) throws Exception {
        store.make("files", BackupKind.PHYSICAL, new Pieces().prepared(() -> {}), Progress.NONE);
    }

    @Test
    void theRepositoryOfAnotherClusterIsNotTakenOver() throws Exception {
        LayerStore shop = store("shop");
        shop.claim(FencingToken.of(0, 1));
        make(shop);
        List<String> before = repository.names();
        LayerStore test = store("shop-test");
        BackupRepositoryException refused =
                assertThrows(BackupRepositoryException.class, () -> test.claim(FencingToken.of(0, 9)));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("cluster shop,") && message.contains("cluster shop-test"), message);
        assertEquals(Job.Fault.LAYER, Blame.of(new Job.Claim(), refused, false));
        assertEquals(before, repository.names(), "nothing that would void what comes");
        make(shop);
        assertEquals(2, shop.look().entries().size());
    }

    /** Both were there before anything was. */
    @Test
    void whatAnotherClusterMakesLaterIsToldAndLeftAlone() throws Exception {
        LayerStore shop = store("shop");
        LayerStore test = store("shop-test");
        shop.claim(FencingToken.of(0, 1));
        test.claim(FencingToken.of(0, 2));
        make(test);
        Job.Result.Seen seen = shop.look();
        assertEquals(List.of(), seen.entries());
        assertEquals(1, seen.damaged().size());
        assertTrue(seen.damaged().get(0).contains("shop-test"), seen.damaged().toString());
        assertEquals(1, test.look().entries().size());
    }
}
