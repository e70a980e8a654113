import org.jspecify.annotations.NullMarked;

/** Where backups are kept, and what is backed up: repositories, the container of one, the catalogue of all, sources. */
@NullMarked
module io.holdfast.backup {
    requires transitive io.holdfast.core;
    requires transitive java.sql;
    requires com.fasterxml.jackson.databind;
    requires com.github.luben.zstd_jni;
    requires org.slf4j;

    exports io.holdfast.backup;
    exports io.holdfast.backup.source;
}
