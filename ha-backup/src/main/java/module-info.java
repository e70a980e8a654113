import org.jspecify.annotations.NullMarked;

/** Backups: what is backed up, where it is kept, when that is made and thrown away, and restoring it. */
@NullMarked
module io.holdfast.backup {
    requires transitive io.holdfast.core;
    requires transitive java.sql;
    requires com.cronutils;
    requires com.fasterxml.jackson.databind;
    requires com.github.luben.zstd_jni;
    requires micrometer.core;
    requires org.slf4j;

    uses io.holdfast.backup.RepositoryProvider;

    provides io.holdfast.core.spi.ConfigurableFeature with
            io.holdfast.backup.settings.BackupProvider;

    exports io.holdfast.backup;
    exports io.holdfast.backup.source;
}
