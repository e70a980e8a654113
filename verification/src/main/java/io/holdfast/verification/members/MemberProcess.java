package io.holdfast.verification.members;

import io.holdfast.verification.process.AskedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One life of a {@link MemberNode}. Safe from any thread. */
final class MemberProcess extends AskedProcess {
    private static final String HEAP = "96m";

    MemberProcess(MemberOptions options, Path logFile, EventLog events) throws IOException {
        super(
                options.id(),
                command(List.of(java()), HEAP, MemberNode.class, options.encode()),
                logFile,
                line -> events.heard(options.id(), line));
    }

    /** Whom it knows, and in which state; empty if it does not answer. */
    Optional<Map<String, String>> view() throws IOException {
        return ask("view").map(answer -> {
            Map<String, String> view = new TreeMap<>();
            for (String member : answer.split(" ")) {
                int equals = member.indexOf('=');
                view.put(member.substring(0, equals), member.substring(equals + 1));
            }
            return view;
        });
    }
}
