package io.holdfast.core;

import io.holdfast.core.spi.HaFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What code adds to a feature that a file or the environment has configured. */
record FeatureChange<F extends HaFeature>(Class<F> type, UnaryOperator<F> change) {

    /**
     * The features, changed.
     *
     * @param refused true if something is wrong already, so that a feature may be missing for that reason
     */
    static List<HaFeature> apply(
            List<FeatureChange<?>> changes, List<HaFeature> features, boolean refused, Problems problems) {
        List<HaFeature> changed = new ArrayList<>(features);
        for (FeatureChange<?> change : changes) {
            boolean found = false;
            for (int i = 0; i < changed.size(); i++) {
                HaFeature feature = changed.get(i);
                if (change.type().isInstance(feature)) {
                    found = true;
                    HaFeature result = problems.get(() -> change.changed(feature));
                    changed.set(i, result == null ? feature : result);
                }
            }
            if (!found && !refused) {
                problems.add(
                        ".with(" + change.type().getSimpleName() + ".class, ...) changes a feature that is not there;"
                                + " set one of its keys in the file or the environment, or give it whole with .with(...)");
            }
        }
        return changed;
    }

    private F changed(HaFeature feature) {
        return change.apply(type.cast(feature));
    }
}
