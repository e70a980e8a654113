package io.holdfast.verification.pages;

import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import io.holdfast.core.spi.Measure;
import io.holdfast.verification.architecture.Products;
import java.lang.reflect.Field;
import java.util.Comparator;
import java.util.List;

/** The constants from which the products make their meters. */
final class Measures {
    private Measures() {}

    /** By name. */
    static List<Measure> all() {
        return Products.CLASSES.stream()
                .flatMap(c -> c.getFields().stream())
                .filter(field -> field.getRawType().isEquivalentTo(Measure.class)
                        && field.getModifiers().contains(JavaModifier.STATIC))
                .map(Measures::value)
                .sorted(Comparator.comparing(Measure::name))
                .toList();
    }

    private static Measure value(JavaField constant) {
        try {
            Field field = constant.reflect();
            field.setAccessible(true);
            return (Measure) field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(constant.getFullName(), e);
        }
    }
}
