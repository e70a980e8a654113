package io.holdfast.backup;

import org.junit.jupiter.api.BeforeEach;

/** What the other tests stand on keeps the contract, too. */
class MemoryRepositoryTest extends RepositoryContract {
    private MemoryRepository repository = new MemoryRepository();

    @BeforeEach
    void empty() {
        repository = new MemoryRepository();
    }

    @Override
    protected BackupRepository open() {
        return repository;
    }
}
