package io.holdfast.autoscale.settings;

import static io.holdfast.autoscale.settings.AutoscaleOptions.AWAY_FOR;
import static io.holdfast.autoscale.settings.AutoscaleOptions.DECISIONS;
import static io.holdfast.autoscale.settings.AutoscaleOptions.DRAIN_LEAST;
import static io.holdfast.autoscale.settings.AutoscaleOptions.DRAIN_MOST;
import static io.holdfast.autoscale.settings.AutoscaleOptions.DRY_RUN;
import static io.holdfast.autoscale.settings.AutoscaleOptions.LEAST;
import static io.holdfast.autoscale.settings.AutoscaleOptions.LIST;
import static io.holdfast.autoscale.settings.AutoscaleOptions.METERS;
import static io.holdfast.autoscale.settings.AutoscaleOptions.MOST;
import static io.holdfast.autoscale.settings.AutoscaleOptions.NODE_NAMES;
import static io.holdfast.autoscale.settings.AutoscaleOptions.SAMPLES;
import static io.holdfast.autoscale.settings.AutoscaleOptions.START;
import static io.holdfast.autoscale.settings.AutoscaleOptions.START_WITHIN;
import static io.holdfast.autoscale.settings.AutoscaleOptions.STOP;
import static io.holdfast.autoscale.settings.AutoscaleOptions.TARGETS;
import static io.holdfast.autoscale.settings.AutoscaleOptions.WARM_UP;
import static io.holdfast.autoscale.settings.AutoscaleOptions.WITHOUT_JVM_LOADS;

import io.holdfast.autoscale.Autoscaling;
import io.holdfast.autoscale.CommandTarget;
import io.holdfast.autoscale.TargetTracking;
import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Option;
import java.util.List;
import java.util.Map;

/** Makes scaling of what a file and the environment say; found by {@link java.util.ServiceLoader}. */
public final class AutoscaleProvider implements ConfigurableFeature {

    @Override
    public String name() {
        return "autoscale";
    }

    @Override
    public List<Option<?>> options() {
        return AutoscaleOptions.all();
    }

    @Override
    public HaFeature create(Values values) {
        Autoscaling made = Autoscaling.on(CommandTarget.list(command(values, LIST, "fleet, list"))
                        .start(command(values, START, "fleet, create, {nodes}"))
                        .stop(command(values, STOP, "fleet, delete, {node}")))
                .between(required(values, LEAST, "3"), required(values, MOST, "9"))
                .nodeNames(given(values, NODE_NAMES))
                .every(given(values, DECISIONS), given(values, SAMPLES))
                .warmUp(given(values, WARM_UP))
                .drain(given(values, DRAIN_LEAST), given(values, DRAIN_MOST))
                .startWithin(given(values, START_WITHIN))
                .awayFor(given(values, AWAY_FOR));
        for (Map.Entry<String, String> meter :
                values.given(METERS).orElse(Map.of()).entrySet()) {
            made = made.meter(meter.getKey(), meter.getValue());
        }
        for (Map.Entry<String, String> target :
                values.given(TARGETS).orElse(Map.of()).entrySet()) {
            made = made.policy(TargetTracking.of(target.getKey(), number(values, target)));
        }
        if (values.given(WITHOUT_JVM_LOADS).orElse(false)) {
            made = made.withoutJvmLoads();
        }
        return values.given(DRY_RUN).orElse(false) ? made.dryRun() : made;
    }

    private static double number(Values values, Map.Entry<String, String> target) {
        try {
            double value = Double.parseDouble(target.getValue());
            if (value > 0 && Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(values.name(TARGETS) + ": " + target.getKey() + " is to be \""
                + target.getValue() + "\"; write a number above 0, for example cpu=0.6");
    }

    private static String[] command(Values values, Option<List<String>> option, String example) {
        return required(values, option, example).toArray(String[]::new);
    }

    private static <T> T required(Values values, Option<T> option, String example) {
        return values.given(option)
                .orElseThrow(() -> new IllegalArgumentException(values.name(option) + " is missing; write for example "
                        + values.name(option) + "=" + example + ", or give the whole of Autoscaling by code"));
    }

    private static <T> T given(Values values, Option<T> option) {
        return values.given(option).orElseGet(option::orDefault);
    }
}
