package io.holdfast.cli;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.StoredBackups;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which repositories a command is about, and with what they are read. */
final class Repositories {
    @Option(
            names = "--repository",
            paramLabel = "PLACE",
            required = true,
            description = "a directory with backups, or s3://bucket/prefix?region=...; again for each further layer")
    private List<String> places = List.of();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

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
        try {
            return places.stream().map(BackupRepository::at).toList();
        } catch (IllegalArgumentException none) {
            throw new ParameterException(spec.commandLine(), "--repository: " + none.getMessage(), none);
        }
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
