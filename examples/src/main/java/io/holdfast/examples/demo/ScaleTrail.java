package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What processes that the cluster has started say of themselves, in one file of all: a line when one begins, and one when it ends in
 * good order. So whoever reads it need not believe those that started them.
 */
record ScaleTrail(Path file) {
    private static final String BEGAN = "began";
    private static final String ENDED = "ended";

    /**
     * A process.
     *
     * @param node which node it is, or was
     * @param process which process, by {@link LifeLine}
     * @param ended whether it has stopped in good order
     * @param inFlight how many requests it had then
     */
    record Begun(String node, String process, boolean ended, int inFlight) {
        boolean isAlive() {
            return LifeLine.runs(process);
        }

        long pid() {
            return LifeLine.pid(process);
        }
    }

    static ScaleTrail in(Path data) {
        return new ScaleTrail(data.resolve("started.txt"));
    }

    /** This process is that node. */
    void began(String node) throws IOException {
        append(BEGAN, node, 0);
    }

    /** It is so no longer, and ends. */
    void ended(String node, int inFlight) throws IOException {
        append(ENDED, node, inFlight);
    }

    /** Few bytes in one write, at the end wherever that is: lines of several processes do not mix. */
    private void append(String what, String node, int inFlight) throws IOException {
        String line = String.join(" ", what, node, LifeLine.ofThisProcess(), String.valueOf(inFlight)) + "\n";
        Files.writeString(file, line, StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** All of them, in the order in which they began. */
    List<Begun> all() throws IOException {
        List<Begun> all = new ArrayList<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            return all; // none has begun
        }
        for (String line : lines) {
            String[] words = line.split(" ");
            String node = words[1];
            String process = words[2];
            if (words[0].equals(BEGAN)) {
                all.add(new Begun(node, process, false, 0));
            } else {
                all.replaceAll(
                        each -> each.node().equals(node) && each.process().equals(process)
                                ? new Begun(node, process, true, Integer.parseInt(words[3]))
                                : each);
            }
        }
        return all;
    }
}
