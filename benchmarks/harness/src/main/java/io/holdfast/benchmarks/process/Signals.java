package io.holdfast.benchmarks.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Sends signals through a shell that is started beforehand, so that none is late by the time that starting one takes. */
final class Signals implements AutoCloseable {
    private final Process shell;
    private final Writer in;
    private final BufferedReader out;

    Signals() throws IOException {
        shell = Children.started(
                new ProcessBuilder("sh", "-c", "while read signal pid; do kill -$signal $pid; echo $?; done"));
        in = new OutputStreamWriter(shell.getOutputStream(), StandardCharsets.UTF_8);
        out = new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Sends it; when this returns, it has been sent. */
    void send(String signal, long pid) throws IOException {
        in.write(signal + " " + pid + "\n");
        in.flush();
        String exit = out.readLine();
        if (!"0".equals(exit)) {
            throw new IOException("kill -" + signal + " " + pid + " exited with " + exit);
        }
    }

    @Override
    public void close() {
        Children.end(shell);
    }
}
