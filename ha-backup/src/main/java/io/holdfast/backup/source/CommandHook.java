package io.holdfast.backup.source;

import io.holdfast.backup.BackupSource.Parts;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** A hook of commands. */
record CommandHook(Optional<Command> first, Optional<Command> last) implements BackupHook {
    private static final int LONGEST = 4_000;

    @Override
    public void before(Parts parts) throws IOException, InterruptedException {
        if (first.isPresent()) {
            first.get().run(Map.of());
        }
    }

    @Override
    public Map<String, String> after(Parts parts, Optional<Throwable> failure)
            throws IOException, InterruptedException {
        if (last.isPresent()) {
            String why = failure.map(CommandHook::words).orElse("");
            last.get().run(Map.of("HOLDFAST_OUTCOME", why.isEmpty() ? "written" : "failed", "HOLDFAST_FAILURE", why));
        }
        return Map.of();
    }

    /** Never empty, and nothing that an environment cannot hold. */
    private static String words(Throwable failure) {
        String words = failure.toString().replace('\0', ' ');
        return words.substring(0, Math.min(words.length(), LONGEST));
    }
}
