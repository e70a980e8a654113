package io.holdfast.benchmarks.backup;

import com.sun.management.OperatingSystemMXBean;
import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.BackupSource.Prepared;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.source.DirectorySource;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Clock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;

/**
 * {@code OwnBackup SOURCE REPOSITORY KEYS|none RUNS}, a process of its own: backs a directory up, so often, and prints of each time the
 * processor's seconds of the whole process, the wall clock's, and the bytes stored. The first one has code that is not compiled yet.
 */
public final class OwnBackup {
    private OwnBackup() {}

    private record SystemTime() implements Clock {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }
    }

    /** The real one. */
    static Clock clock() {
        return new SystemTime();
    }

    /** See the class. */
    public static void main(String[] args) throws Exception {
        Path source = Path.of(args[0]);
        BackupKeys keys = args[2].equals("none") ? BackupKeys.none() : BackupKeys.inFile(Path.of(args[2]));
        BackupRepository repository = BackupRepository.directory(Files.createDirectories(Path.of(args[1])));
        CatalogueWriter writer =
                Catalogue.of(repository, keys).claim(FencingToken.of(0, 1), clock(), new SecureRandom());
        for (int run = 0; run < Integer.parseInt(args[3]); run++) {
            double cpu = cpuSeconds();
            long began = System.nanoTime();
            Manifest made = backUp(writer, DirectorySource.of("files", source));
            System.out.println(String.format(
                    Locale.ROOT,
                    "%.3f %.3f %d",
                    cpuSeconds() - cpu,
                    (System.nanoTime() - began) / 1e9,
                    made.storedBytes()));
            writer.delete(made.id());
        }
    }

    static Manifest backUp(CatalogueWriter writer, BackupSource source)
            throws IOException, InterruptedException, ExecutionException {
        Prepared prepared =
                source.prepare(Duration.ofMinutes(1)).toCompletableFuture().get();
        try (prepared;
                RunningBackup backup = writer.begin("benchmark", BackupKind.PHYSICAL, source.name(), "node-1")) {
            return backup.make(prepared, List.of(), Progress.NONE);
        }
    }

    /** That this process has used so far. */
    static double cpuSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }
}
