package io.holdfast.cli;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.StoredBackups;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which repositories a command is about, and with what they are read. */
final class Repositories {
    @Option(
            names = "--repository",
            paramLabel = "DIR",
            required = true,
            description = "a directory with backups; again for each further layer")
    private List<Path> directories = List.of();

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description =
                    "with the keys, as given to BackupKeys.inFile; without it only what is not encrypted can be read")
    private @Nullable Path keyFile;

    BackupKeys keys() {
        return keyFile == null ? BackupKeys.none() : BackupKeys.inFile(keyFile);
    }

    List<BackupRepository> all() {
        return directories.stream().map(BackupRepository::directory).toList();
    }

    BackupRepository first() {
        return all().get(0);
    }

    BackupRepository[] others() {
        return all().stream().skip(1).toArray(BackupRepository[]::new);
    }

    List<StoredBackups> contents() {
        return all().stream().map(each -> StoredBackups.in(each, keys())).toList();
    }
}
