import org.jspecify.annotations.NullMarked;

/** Elections by records of any store that can compare and set. */
@NullMarked
module io.holdfast.integrations.election {
    requires transitive io.holdfast.core;
    requires static transitive org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires micrometer.core;
    requires org.slf4j;

    exports io.holdfast.integrations.election;
}
