package io.holdfast.backup.source;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepository.Content;
import io.holdfast.backup.BackupSource.Parts;
import io.holdfast.backup.container.ContainerHeader;
import io.holdfast.backup.container.ContainerHeader.About;
import io.holdfast.backup.container.ContainerReader;
import io.holdfast.backup.container.ContainerWriter;
import io.holdfast.backup.container.DataKeys;
import io.holdfast.backup.container.DataKeys.DataKey;
import io.holdfast.backup.container.Progress;
import io.holdfast.core.KeyRing;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Random;

/** Parts as they are kept: sealed containers in a repository, also of more bytes than memory has. */
public final class ContainerParts implements Parts {
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final String BACKUP = "backup";

    private final BackupRepository repository;
    private final DataKeys keys = new DataKeys(BackupKeys.of(KeyRing.of(KEY)));
    private final DataKey key = Objects.requireNonNull(keys.create(BACKUP, new Random(1)));

    public ContainerParts(BackupRepository repository) {
        this.repository = repository;
    }

    @Override
    public void put(String part, boolean compressed, Content content) throws IOException {
        ContainerHeader header = new ContainerHeader(
                compressed, new byte[16], new About("shop", BACKUP, part, "physical"), key.wrapped());
        boolean stored = repository.putIfAbsent(part, out -> {
            try (ContainerWriter container =
                    new ContainerWriter(out, header, key.key(), ContainerWriter.DEFAULT_LEVEL, Progress.NONE)) {
                content.writeTo(container);
                container.finish();
            }
        });
        if (!stored) {
            throw new IllegalArgumentException("a part " + part + " already");
        }
    }

    @Override
    public void alive() {}

    public InputStream read(String part) throws IOException {
        return new ContainerReader(part, repository.read(part, 0), keys, null, Progress.NONE);
    }
}
