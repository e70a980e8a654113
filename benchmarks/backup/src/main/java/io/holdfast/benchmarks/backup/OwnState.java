package io.holdfast.benchmarks.backup;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.StateBackups;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.Manifest;
import io.holdfast.core.FencingToken;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.MapBatch;
import io.holdfast.replication.ReplicatedMap;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * {@code OwnState DIRECTORY MIB KEYS|none RUNS}, a process of its own: a node with a map of so many MiB, half of which is noise, whose state is
 * backed up so often; prints as {@link OwnBackup}.
 */
public final class OwnState {
    private static final int VALUE = 1024;
    private static final int IN_BATCH = 256;
    private static final Duration READY = Duration.ofSeconds(60);

    private OwnState() {}

    /** See the class. */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        BackupKeys keys = args[2].equals("none") ? BackupKeys.none() : BackupKeys.inFile(Path.of(args[2]));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String address = "127.0.0.1:" + port;
        try (HaCluster cluster = HaCluster.builder("benchmark")
                .node(Node.of("node-1").bind(address))
                .with(LogReplication.inDirectory(directory.resolve("node")).bootstrap("node-1@" + address))
                .start()) {
            cluster.awaitReady(READY);
            fill(ReplicatedMap.in(cluster, "values", Codec.longs(), Codec.bytes()), Integer.parseInt(args[1]));
            BackupRepository repository =
                    BackupRepository.directory(Files.createDirectories(directory.resolve("repository")));
            CatalogueWriter writer =
                    Catalogue.of(repository, keys).claim(FencingToken.of(0, 1), OwnBackup.clock(), new SecureRandom());
            for (int run = 0; run < Integer.parseInt(args[3]); run++) {
                double cpu = OwnBackup.cpuSeconds();
                long began = System.nanoTime();
                Manifest made = OwnBackup.backUp(writer, StateBackups.source(cluster.feature(ReplicatedState.class)));
                System.out.println(String.format(
                        Locale.ROOT,
                        "%.3f %.3f %d",
                        OwnBackup.cpuSeconds() - cpu,
                        (System.nanoTime() - began) / 1e9,
                        made.storedBytes()));
                writer.delete(made.id());
            }
        }
    }

    private static void fill(ReplicatedMap<Long, byte[]> map, int mib) {
        SplittableRandom random = new SplittableRandom(mib);
        long values = ((long) mib << 20) / VALUE;
        for (long key = 0; key < values; ) {
            MapBatch<Long, byte[]> batch = map.batch();
            for (int i = 0; i < IN_BATCH && key < values; i++, key++) {
                byte[] value = new byte[VALUE];
                byte[] noise = new byte[VALUE / 2];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, value, 0, noise.length);
                batch.put(key, value);
            }
            batch.write();
        }
    }
}
