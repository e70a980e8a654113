import org.jspecify.annotations.NullMarked;

/** Where backups are kept: repositories, the container of one, the catalogue of all. */
@NullMarked
module io.holdfast.backup {
    requires transitive io.holdfast.core;
    requires com.cronutils;
    requires com.fasterxml.jackson.databind;
    requires com.github.luben.zstd_jni;
    requires micrometer.core;
    requires org.slf4j;

    exports io.holdfast.backup;
}
