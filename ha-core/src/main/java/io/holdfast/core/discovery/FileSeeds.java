package io.holdfast.core.discovery;

import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file that is read again each time. */
record FileSeeds(Path file) implements Discovery {
    private static final int MOST_BYTES = 64 * 1024;

    @Override
    public void find(NodeRuntime runtime, Worker worker, Answer answer) {
        worker.execute(() -> {
            List<Discovery> parts = new ArrayList<>();
            String problem = read(parts);
            runtime.loop().execute(() -> {
                if (parts.isEmpty()) {
                    answer.found(List.of(), problem.isEmpty() ? file + " names no node" : problem);
                } else {
                    new Together(parts)
                            .find(
                                    runtime,
                                    worker,
                                    (found, also) -> answer.found(
                                            found,
                                            problem.isEmpty()
                                                    ? also
                                                    : also.isEmpty() ? problem : problem + "; " + also));
                }
            });
        });
    }

    private String read(List<Discovery> into) {
        String text;
        try {
            if (Files.size(file) > MOST_BYTES) {
                return file + " is larger than " + MOST_BYTES + " bytes, which is no list of seeds";
            }
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "cannot read " + file + ": " + e;
        }
        String problem = "";
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String seed = line.replaceFirst("#.*", "").strip();
            if (seed.isEmpty()) {
                continue;
            }
            try {
                into.add(Discoveries.line(seed));
            } catch (IllegalArgumentException e) {
                problem = file + ", line " + number + ": " + e.getMessage();
            }
        }
        return problem;
    }

    @Override
    public String description() {
        return "file:" + file;
    }
}
