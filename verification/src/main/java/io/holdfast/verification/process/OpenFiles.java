package io.holdfast.verification.process;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Takes all the files that this process may have open, as an application that forgets to close its own would. */
final class OpenFiles {
    private final List<FileInputStream> taken = new ArrayList<>();

    /** Takes what is left; how many that were. */
    int takeAll() throws IOException {
        loadClasses();
        int before = taken.size();
        try {
            while (true) {
                taken.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            return taken.size() - before; // there is no more
        }
    }

    void giveBack() throws IOException {
        for (FileInputStream file : taken) {
            file.close();
        }
        taken.clear();
    }

    /** In a test classes come from directories and not from a jar, which is open anyway: each is a file to be opened. */
    private static void loadClasses() throws IOException {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path root = Path.of(entry);
            if (Files.isDirectory(root) && !entry.endsWith("test-classes")) {
                try (Stream<Path> files = Files.walk(root)) {
                    files.filter(file -> file.toString().endsWith(".class"))
                            .map(file -> root.relativize(file).toString())
                            .filter(name -> !name.contains("module-info") && !name.contains("package-info"))
                            .forEach(name ->
                                    load(name.substring(0, name.length() - 6).replace(File.separatorChar, '.')));
                }
            }
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, OpenFiles.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("class " + name + " has a file and cannot be loaded", e);
        }
    }
}
