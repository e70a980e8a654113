import org.jspecify.annotations.NullMarked;

/** The {@code ha} command. */
@NullMarked
module io.holdfast.cli {
    requires io.holdfast.autoscale;
    requires io.holdfast.backup;
    requires io.holdfast.core;
    requires io.holdfast.replication;
    requires info.picocli;
    requires com.fasterxml.jackson.databind;

    opens io.holdfast.cli to
            info.picocli;
}
