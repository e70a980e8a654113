import org.jspecify.annotations.NullMarked;

/** As many nodes as the load needs: automatic scaling. */
@NullMarked
module io.holdfast.autoscale {
    requires transitive io.holdfast.core;
    requires com.cronutils;
    requires com.fasterxml.jackson.databind;
    requires micrometer.core;
    requires java.management;
    requires org.slf4j;

    provides io.holdfast.core.spi.ConfigurableFeature with
            io.holdfast.autoscale.settings.AutoscaleProvider;

    exports io.holdfast.autoscale;
    exports io.holdfast.autoscale.replay;

    opens io.holdfast.autoscale.decide to
            com.fasterxml.jackson.databind;
}
