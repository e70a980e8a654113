package io.holdfast.core.spi;

import java.util.List;
import java.util.Optional;

/**
 * A feature that files and environment variables can configure. Found by {@link java.util.ServiceLoader}, so a module says
 * {@code provides ConfigurableFeature with ...}, and its jar names it in {@code META-INF/services} for the class path.
 */
public interface ConfigurableFeature {

    /** The feature's {@link HaFeature#name}, and the word after {@code holdfast.} in its keys. */
    String name();

    /** All that can be set. */
    List<Option<?>> options();

    /**
     * Makes the feature, if any of its options is set. {@link HaFeature#validate} follows; what it cannot see, because the feature's
     * methods cannot express it, is refused here.
     *
     * @throws IllegalArgumentException with what to write instead, if nothing can be made
     */
    HaFeature create(Values values);

    /** What has been set, read and within its range. */
    interface Values {
        /** What that option is set to; empty if it is not set, also where it has a default. */
        <T> Optional<T> given(Option<T> option);

        /** The option's whole key and where it was set, for messages. */
        String name(Option<?> option);

        /** Says that something is wrong, with what to write instead. All that is said is told together. */
        void refuse(String problem);
    }
}
