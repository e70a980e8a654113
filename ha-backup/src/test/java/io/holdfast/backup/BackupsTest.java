package io.holdfast.backup;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Node;
import io.holdfast.core.spi.HaFeature;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class BackupsTest {
    private static final HaFeature.Settings CLUSTER =
            new HaFeature.Settings("shop", Node.of("node-1").bind("127.0.0.1:7400"), false, false);

    private static BackupLayer layer(String name, String directory) {
        return BackupLayer.of(name, BackupRepository.directory(Path.of(directory)));
    }

    private static BackupSource named(String name) {
        return new BackupSource() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public BackupKind kind() {
                return BackupKind.LOGICAL;
            }

            @Override
            public CompletionStage<? extends Prepared> prepare(Duration limit) {
                return CompletableFuture.failedFuture(new IllegalStateException("nobody asks for it"));
            }
        };
    }

    private static String refused(Backups backups) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> backups.validate(CLUSTER))
                .getMessage());
    }

    @Test
    void twoLayersInOnePlaceAreNoCopies() {
        String message = refused(
                Backups.to(layer("one", "backups"), layer("two", "backups")).physical(Schedule.daily()));
        assertTrue(message.contains("one and two are one place"), message);
        assertDoesNotThrow(() -> Backups.to(layer("one", "backups"), layer("two", "others"))
                .physical(Schedule.daily())
                .validate(CLUSTER));
    }

    @Test
    void aSourceWithANameThatNoCatalogueTakesIsRefused() {
        String message = refused(Backups.to(layer("one", "backups")).logical(Schedule.daily(), named("My Orders")));
        assertTrue(message.contains("My Orders"), message);
        assertDoesNotThrow(() -> Backups.to(layer("one", "backups"))
                .logical(Schedule.daily(), named("my-orders"))
                .validate(CLUSTER));
    }
}
