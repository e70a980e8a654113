package io.holdfast.replication;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import junit.framework.Test;

/** Guava's tests of what the JDK promises of a {@link java.util.concurrent.ConcurrentMap}. */
public final class ConcurrentMapViewGuavaTest {
    private ConcurrentMapViewGuavaTest() {}

    /** For the Vintage engine. */
    public static Test suite() {
        return ConcurrentMapTestSuiteBuilder.using(new Generator())
                .named("ReplicatedMap.asConcurrentMap")
                .withFeatures(
                        MapFeature.GENERAL_PURPOSE,
                        CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionFeature.KNOWN_ORDER,
                        CollectionSize.ANY)
                .createTestSuite();
    }

    private static final class Generator extends TestStringMapGenerator {
        @Override
        protected Map<String, String> create(Map.Entry<String, String>[] entries) {
            Map<String, String> map = ReplicatedMap.over(new LocalCommands(), "guava", Codec.string(), Codec.string())
                    .asConcurrentMap();
            for (Map.Entry<String, String> entry : entries) {
                map.put(entry.getKey(), entry.getValue());
            }
            return map;
        }

        @Override
        public Iterable<Map.Entry<String, String>> order(List<Map.Entry<String, String>> insertionOrder) {
            List<Map.Entry<String, String>> sorted = new ArrayList<>(insertionOrder);
            sorted.sort(Comparator.comparing(Map.Entry::getKey)); // as UTF-8 does for these
            return sorted;
        }
    }
}
