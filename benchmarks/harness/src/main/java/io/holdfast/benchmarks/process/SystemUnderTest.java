package io.holdfast.benchmarks.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A system by name: where its built module is and which class shows it.
 *
 * @param name as in the rows
 * @param module its directory, which holds target/classes and target/lib
 * @param subject the class that implements {@link io.holdfast.benchmarks.subject.Subject}
 * @param nodes in how many JVMs it runs
 * @param flags of those JVMs, after {@link NodeProcess#FLAGS} and stronger than they
 */
public record SystemUnderTest(String name, Path module, String subject, int nodes, List<String> flags) {
    /** With the flags that all systems have. */
    public SystemUnderTest(String name, Path module, String subject, int nodes) {
        this(name, module, subject, nodes, List.of());
    }

    /** The same with other flags. */
    public SystemUnderTest withFlags(List<String> others) {
        return new SystemUnderTest(name, module, subject, nodes, List.copyOf(others));
    }

    String classPath() {
        Path target = module.resolve("target").toAbsolutePath();
        if (!Files.isDirectory(target.resolve("lib"))) {
            throw new IllegalStateException(name + " is not built: " + target.resolve("lib") + " is missing");
        }
        return target.resolve("classes") + ":" + target.resolve("lib") + "/*";
    }
}
