package io.holdfast.verification.release;

import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A jar and what is published beside it.
 *
 * @param jar the classes
 * @param sources theirs
 * @param javadoc pages on what it exports
 */
record PublishedJar(Path jar, Path sources, Path javadoc) {
    private static final Attributes.Name AUTOMATIC = new Attributes.Name("Automatic-Module-Name");
    private static final String CLASS = ".class";
    private static final String LICENCE = "META-INF/LICENSE";

    /** What is wrong with them; nothing, if all is well. */
    List<String> findings() throws IOException {
        List<String> wrong = new ArrayList<>();
        Set<String> entries = entries(jar);
        Set<String> classes = entries.stream()
                .filter(entry -> entry.endsWith(CLASS) && !entry.contains("$"))
                .map(entry -> entry.substring(0, entry.length() - CLASS.length()))
                .collect(Collectors.toCollection(TreeSet::new));
        if (classes.isEmpty()) {
            wrong.add("no class is in it");
            return wrong;
        }
        Set<String> written = entries(sources);
        if (!entries.contains(LICENCE) || !written.contains(LICENCE)) {
            wrong.add("there is no " + LICENCE + " in it, or in its sources");
        }
        for (String name : classes) {
            if (!written.contains(name + ".java") && !isBesideAnother(name)) {
                wrong.add("the source of " + name + " is not there");
            }
        }
        Set<String> pages = entries(javadoc);
        if (!pages.contains("index.html")) {
            wrong.add("there is no Javadoc");
        }
        ModuleDescriptor module;
        try {
            module = ModuleFinder.of(jar).findAll().iterator().next().descriptor();
        } catch (FindException e) {
            wrong.add("it is no module: " + e.getMessage());
            return wrong;
        }
        if (module.isAutomatic() && !hasNameOfItsOwn()) {
            wrong.add("its name as a module is made of its file's");
        }
        for (ModuleDescriptor.Exports each : module.exports()) {
            String page = module.name() + "/" + each.source().replace('.', '/') + "/package-summary.html";
            if (!each.isQualified() && !pages.contains(page)) {
                wrong.add("its Javadoc has no page on " + each.source());
            }
        }
        return wrong;
    }

    /** Whether that class, which has no file of its own, is in the file of another one of its package. */
    private boolean isBesideAnother(String name) throws IOException {
        int slash = name.lastIndexOf('/');
        Pattern declaration =
                Pattern.compile("\\b(class|interface|enum|record) " + Pattern.quote(name.substring(slash + 1)) + "\\b");
        Pattern beside = Pattern.compile(Pattern.quote(name.substring(0, slash + 1)) + "[^/]+\\.java");
        try (JarFile file = new JarFile(sources.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (beside.matcher(entry.getName()).matches()) {
                    String text = new String(file.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                    if (declaration.matcher(text).find()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean hasNameOfItsOwn() throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest() != null
                    && file.getManifest().getMainAttributes().containsKey(AUTOMATIC);
        }
    }

    private static Set<String> entries(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(entry -> entry.getName()).collect(Collectors.toSet());
        }
    }
}
