package io.holdfast.autoscale.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.Autoscaling;
import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.Option;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** Scaling by a file: what it makes, and what is refused with what to write instead. */
class AutoscaleConfigurationTest {
    private final Map<String, String> written = new HashMap<>(Map.of(
            "least", "3",
            "most", "9",
            "command.list", "fleet, list",
            "command.start", "fleet, create, {nodes}",
            "command.stop", "fleet, delete, {node}",
            "targets", "cpu=0.6"));

    private final ConfigurableFeature.Values values = new ConfigurableFeature.Values() {
        @Override
        public <T> Optional<T> given(Option<T> option) {
            return Optional.ofNullable(written.get(option.key())).map(option::parse);
        }

        @Override
        public String name(Option<?> option) {
            return "holdfast.autoscale." + option.key();
        }

        @Override
        public void refuse(String problem) {
            throw new IllegalArgumentException(problem);
        }
    };

    private Autoscaling made() {
        return (Autoscaling) new AutoscaleProvider().create(values);
    }

    private String refused() {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, this::made).getMessage());
    }

    @Test
    void itIsFoundOnTheClassPath() {
        assertTrue(ServiceLoader.load(ConfigurableFeature.class).stream()
                .anyMatch(provider -> provider.type().equals(AutoscaleProvider.class)));
    }

    @Test
    void whatIsWrittenIsMade() {
        written.put("meters", "requests=http.server.requests");
        written.put("targets", "cpu=0.6, requests=50");
        written.put("nodeNames", "shop-");
        written.put("dryRun", "true");
        assertTrue(
                made().toString().startsWith("autoscaling between 3 and 9 nodes on command by ["), made().toString());
    }

    @Test
    void whatIsMissingIsNamed() {
        for (String key : new String[] {"least", "most", "command.list", "command.start", "command.stop"}) {
            String value = written.remove(key);
            assertTrue(refused().contains("holdfast.autoscale." + key + " is missing"), refused());
            written.put(key, value);
        }
    }

    @Test
    void whatIsNoNumberIsNamed() {
        written.put("targets", "cpu=much");
        assertEquals(
                "holdfast.autoscale.targets: cpu is to be \"much\"; write a number above 0, for example cpu=0.6",
                refused());
        written.put("targets", "cpu=0");
        assertTrue(refused().contains("above 0"), refused());
    }
}
