package io.holdfast.verification.mutants;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Compiles mutants, one after the other, against the classes of this JVM, which are read once for all of them. Not thread-safe. */
final class MutantCompiler implements AutoCloseable {
    private final JavaCompiler compiler;
    private final StandardJavaFileManager files;

    MutantCompiler() {
        JavaCompiler system = ToolProvider.getSystemJavaCompiler();
        if (system == null) {
            throw new IllegalStateException("mutants need a JDK: this Java has no compiler");
        }
        compiler = system;
        files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
    }

    /** @return what is wrong; empty if nothing is */
    String compile(List<File> sources, Path classes) throws IOException {
        files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
        StringWriter output = new StringWriter();
        boolean ok = compiler.getTask(
                        output,
                        files,
                        null,
                        List.of("-proc:none", "-nowarn"),
                        null,
                        files.getJavaFileObjectsFromFiles(sources))
                .call();
        return ok ? "" : "it does not compile:\n" + output;
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
