package io.holdfast.verification.members;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Real processes, real sockets and real signals: what {@code verification/members.sh} does for minutes, as short as it can be. Each
 * run fails with what is not as it has to be.
 */
@Timeout(600)
@Isolated("who is taken for dead beside busy simulations is another question, which the simulator asks")
class MembersTest {
    @TempDir
    Path directory;

    private final Steps steps = new Steps(System.out::println);

    @Test
    void sixProcessesKnowWhoLives() throws Exception {
        MembersRun.run(directory, Duration.ZERO, steps);
    }

    @Test
    void theAutopilotReplacesAVoterThatIsKilledForGood() throws Exception {
        VotersRun.run(directory, steps);
    }
}
