package io.holdfast.core;

import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;

/** Says that it elects, for what a builder checks; cannot run. */
final class ElectingFeature implements HaFeature {
    private final String name;

    ElectingFeature() {
        this("electing");
    }

    ElectingFeature(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void validate(Settings settings) {}

    @Override
    public boolean isElectionEngine() {
        return true;
    }

    @Override
    public RunningFeature create(FeatureContext context) {
        throw new UnsupportedOperationException();
    }
}
