package io.holdfast.verification.process;

import io.holdfast.integrations.election.contract.ElectionEngineContract;
import io.holdfast.integrations.election.contract.ElectionFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * The log's own elections keep the contract of all engines. Here the nodes are the engine: what is done to an engine apart from
 * its nodes is done to the other voters, and to the links between them. That a role goes to a higher priority takes half a minute, and so
 * {@code MastershipTest} tries it in virtual time.
 */
class LogElectionContractTest extends ElectionEngineContract {
    private static LogEngine engine;
    private static int tests;

    @BeforeAll
    static void form(@TempDir Path directory) throws Exception {
        engine = new LogEngine(directory);
        engine.form();
    }

    @AfterAll
    static void end() {
        engine.close();
    }

    @Override
    protected ElectionFixture newFixture() {
        return engine.fixture(++tests);
    }
}
