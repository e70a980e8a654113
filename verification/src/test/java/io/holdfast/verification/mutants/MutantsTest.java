package io.holdfast.verification.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code verification/simulate.sh --mutants} hunts them all; here each must still apply and compile, and two are hunted. */
@Execution(ExecutionMode.CONCURRENT)
class MutantsTest {
    private static final Path MUTANTS = Path.of("mutants");
    private static final Path SOURCES = Path.of("..", "ha-replication", "src", "main", "java");

    @Test
    void everyMutantStillAppliesAndCompiles() throws Exception {
        List<Mutant> mutants = Mutant.readAll(MUTANTS);
        assertTrue(mutants.size() >= 6);
        try (MutantCompiler compiler = new MutantCompiler()) {
            for (Mutant mutant : mutants) {
                new MutantRun(SOURCES, mutant, compiler).hunt(1, 0);
            }
        }
    }

    @Test
    void theSimulatorCatchesALostVoteAndADoubledCommand() throws Exception {
        assertEquals(
                List.of(),
                Mutants.hunt(
                        MUTANTS,
                        SOURCES,
                        20,
                        List.of("vote-told-before-it-is-forced", "repeated-command-applied-again")));
    }
}
