package io.holdfast.verification.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.verification.process.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code .ci/containers} leaves a machine as it found it. Docker, its installation and the services are scripts here that write
 * down what they are told; an engine runs while the file {@code running} is there.
 */
class ContainersScriptTest {
    private static final List<String> TOOLS =
            List.of("bash", "cat", "dirname", "env", "ln", "mktemp", "rm", "seq", "sleep", "tail", "timeout", "touch");

    @TempDir
    Path directory;

    private Path bin;

    private void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\ncd " + directory + "\n" + text + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(Files.exists(Path.of("/etc/debian_version")), "the script installs nothing elsewhere");
        bin = directory.resolve("bin");
        Files.createDirectories(bin);
        for (String tool : TOOLS) {
            Path real = Path.of("/usr/bin", tool);
            assumeTrue(Files.isExecutable(real), real + " is missing");
            Files.createSymbolicLink(bin.resolve(tool), real);
        }
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve(".ci/containers"))) {
            root = root.getParent();
        }
        Files.createDirectories(directory.resolve(".ci"));
        Files.copy(root.resolve(".ci/containers"), directory.resolve(".ci/containers"));
        script(directory.resolve("verification/containers.sh"), "[ -e running ] && echo suite >>calls");
        script(bin.resolve("id"), "echo 0");
        script(bin.resolve("docker"), "[ -e running ]");
        script(bin.resolve("service"), "echo \"stop $1\" >>calls; [ \"$1\" != docker ] || rm -f running");
        script(bin.resolve("systemctl"), "echo \"stop ${*:2}\" >>calls; rm -f running");
        script(bin.resolve("debootstrap"), "true");
    }

    /** Debian's package starts its service where nothing forbids it. */
    private void installationThen(String starts) throws IOException {
        String dockerd = bin.resolve("dockerd").toString();
        script(bin.resolve("apt-get"), "[ \"$1\" = install ] || exit 0\n" + starts + "\nln -s own " + dockerd);
    }

    private void ownEngine(String text) throws IOException {
        script(bin.resolve("own"), text);
    }

    /** What was done, in order. */
    private List<String> run() throws Exception {
        ProcessBuilder script = new ProcessBuilder(
                        "/bin/bash", directory.resolve(".ci/containers").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        script.environment().clear();
        script.environment().putAll(Map.of("PATH", bin.toString(), "TMPDIR", directory.toString()));
        Process process = script.start();
        try {
            assertTrue(process.waitFor(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS), "it does not end");
        } finally {
            process.destroyForcibly();
        }
        String output = Files.readString(directory.resolve("output"));
        assertEquals("", output);
        assertEquals(0, process.exitValue());
        Path calls = directory.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private boolean runs() {
        return Files.exists(directory.resolve("running"));
    }

    @Test
    void anEngineThatAnsweredBeforeGoesOn() throws Exception {
        Files.createFile(directory.resolve("running"));
        installationThen("echo installed >>calls");
        assertEquals(List.of("suite"), run());
        assertTrue(runs());
    }

    @Test
    void anEngineThatTheInstallationStartedIsStopped() throws Exception {
        installationThen("touch running");
        ownEngine("echo second >>calls");
        List<String> calls = run();
        assertEquals("suite", calls.get(0));
        assertTrue(calls.get(1).startsWith("stop docker"), calls.toString());
        assertFalse(runs());
    }

    /** While it comes up, another one of the script's own cannot. */
    @Test
    void anEngineThatTheInstallationStartsLateIsStopped() throws Exception {
        installationThen("true");
        ownEngine("touch running; exit 1");
        List<String> calls = run();
        assertEquals("suite", calls.get(0));
        assertTrue(calls.get(1).startsWith("stop docker"), calls.toString());
        assertFalse(runs());
    }

    @Test
    void anEngineThatTheScriptStartedIsStopped() throws Exception {
        installationThen("true");
        ownEngine("trap 'rm running; exit' TERM\ntouch running\nwhile :; do sleep 0.05; done");
        assertEquals("suite", run().get(0));
        assertFalse(runs());
    }
}
