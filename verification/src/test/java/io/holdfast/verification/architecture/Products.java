package io.holdfast.verification.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The classes that are published, as they were compiled. */
public final class Products {
    public static final JavaClasses CLASSES = new ClassFileImporter()
            .importPackages(
                    "io.holdfast.autoscale",
                    "io.holdfast.backup",
                    "io.holdfast.core",
                    "io.holdfast.loadbalance",
                    "io.holdfast.membership",
                    "io.holdfast.replication",
                    "io.holdfast.testkit",
                    "io.holdfast.integrations")
            .that(not(resideInAPackage("..contract..")) // of tests
                    .and(not(resideInAnyPackage(
                            "..election.zookeeper..", "..election.etcd..")))); // without their clients

    private Products() {}

    static Stream<JavaClass> inModule(String module) {
        return CLASSES.stream()
                .filter(c -> c.getPackageName().equals("io.holdfast." + module)
                        || c.getPackageName().startsWith("io.holdfast." + module + "."));
    }

    /** The top-level class around {@code c}, or the element type's if it is an array. */
    static JavaClass topLevel(JavaClass c) {
        JavaClass outer = c.getBaseComponentType();
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    /** The top-level classes that {@code c} knows, other than its own. */
    static Set<String> knownTo(JavaClass c) {
        Set<String> names = new TreeSet<>();
        c.getDirectDependenciesFromSelf().forEach(d -> names.add(topLevelName(d.getTargetClass())));
        names.remove(topLevelName(c));
        return names;
    }

    /** By name alone, since classes outside the import have no known outer class. */
    static String topLevelName(JavaClass c) {
        String name = c.getBaseComponentType().getName();
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    static String packageOf(String className) {
        int dot = className.lastIndexOf('.');
        return dot < 0 ? "" : className.substring(0, dot);
    }
}
