import org.jspecify.annotations.NullMarked;

/** Backups: where they are kept, when they are made and thrown away, and restoring them. */
@NullMarked
module io.holdfast.backup {
    requires transitive io.holdfast.core;
    requires com.cronutils;
    requires com.fasterxml.jackson.databind;
    requires com.github.luben.zstd_jni;
    requires micrometer.core;
    requires org.slf4j;

    provides io.holdfast.core.spi.ConfigurableFeature with
            io.holdfast.backup.settings.BackupProvider;

    exports io.holdfast.backup;
}
