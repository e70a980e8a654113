package io.holdfast.examples.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * SIGSTOP for a process, and SIGCONT later: by a shell that sends the second one, too, if this JVM dies, since a stopped
 * process would not notice that, and stay for ever.
 */
final class Stopper implements Child {
    private static final String SCRIPT =
            "trap '' INT; kill -STOP \"$1\" && echo stopped && read -r line; kill -CONT \"$1\"";

    private static final long PATIENCE_SECONDS = 10;

    private final Process shell;

    private Stopper(Process shell) {
        this.shell = shell;
    }

    /** Stops it, and returns when it is. */
    static Stopper stop(long pid) throws IOException {
        Process shell = new ProcessBuilder("sh", "-c", SCRIPT, "sh", Long.toString(pid))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = shell.inputReader(StandardCharsets.UTF_8);
        if (!"stopped".equals(out.readLine())) {
            shell.destroyForcibly();
            throw new DemoFailure("\"kill -STOP " + pid + "\" failed");
        }
        return new Stopper(shell);
    }

    /** Lets it go on. */
    void resume() throws IOException, InterruptedException {
        try (Writer in = shell.outputWriter(StandardCharsets.UTF_8)) {
            in.write("\n");
        }
        if (!shell.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || shell.exitValue() != 0) {
            throw new DemoFailure("\"kill -CONT\" failed");
        }
    }

    @Override
    public boolean isAlive() {
        return shell.isAlive();
    }

    /** What it had stopped is ended by whoever started that. */
    @Override
    public void destroy() {
        shell.destroyForcibly();
    }
}
