package io.holdfast.verification.process;

import java.util.List;

/**
 * What a node in a process runs.
 *
 * @param classPath of its JVM
 * @param level up to which it says that it supports the log; 0 for what that release says by itself
 */
record NodeRelease(String classPath, int level) {
    static final String LEVEL = "holdfast.node.level";

    /** What this JVM runs. */
    static NodeRelease present() {
        return new NodeRelease(System.getProperty("java.class.path"), 0);
    }

    List<String> arguments() {
        return level == 0 ? List.of("-cp", classPath) : List.of("-D" + LEVEL + "=" + level, "-cp", classPath);
    }
}
