package io.holdfast.integrations.backup.s3.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.core.Configuration;
import io.holdfast.core.HaCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written of a bucket in a file or on a command line. */
class S3ProviderTest {
    @TempDir
    Path directory;

    private HaCluster.Builder configured(String layers) throws Exception {
        return HaCluster.builder(Configuration.load(
                Files.writeString(directory.resolve("p"), """
                holdfast.cluster.name=shop
                holdfast.node.id=node-1
                holdfast.node.bind=127.0.0.1:7400
                holdfast.replication.directory=%s
                holdfast.replication.bootstrap=node-1@127.0.0.1:7400
                %s
                """.formatted(directory.resolve("log"), layers))));
    }

    private static String refusal(String place) {
        String message =
                String.valueOf(assertThrows(IllegalArgumentException.class, () -> BackupRepository.at(place), place)
                        .getMessage());
        assertFalse(message.contains("hush"), message);
        return message;
    }

    @Test
    void aBucketIsFoundByItsUri() {
        assertEquals(
                "s3://shop-backups", BackupRepository.at("s3://shop-backups").describe());
        assertEquals(
                "s3://shop-backups/a/b",
                BackupRepository.at("s3://shop-backups/a/b/").describe());
        assertEquals(
                "s3://shop-backups/a at minio:9000",
                BackupRepository.at("s3://shop-backups/a?region=eu-central-1&endpoint=http://minio:9000&pathStyle=true"
                                + "&profile=backup&credentials=/etc/shop/s3&partMiB=64&requestTimeout=60s")
                        .describe());
    }

    @Test
    void whatIsWrongIsSaidWithoutSecrets() {
        assertTrue(refusal("s3://me:hush@shop-backups/a").contains("?credentials="));
        assertTrue(refusal("s3://shop-backups?secret=hush").contains("requestTimeout"));
        assertTrue(refusal("s3://shop-backups?region=a&region=b").contains("at most once"));
        assertTrue(refusal("s3://shop-backups?endpoint=http://me:hush@minio").contains("a user in it"));
        assertTrue(
                refusal("s3://shop-backups?endpoint=https://me:hush+hush@minio").contains("a user in it"));
        assertTrue(
                refusal("s3://shop-backups?endpoint=https://me:hu%20hush@minio").contains("endpoint is no URI"));
        assertTrue(refusal("s3://shop-backups?credentials=/hush%00").contains("no path of a file"));
        assertTrue(refusal("s3://shop-backups?endpoint=minio:9000").contains("https://minio.example:9000"));
        assertTrue(refusal("s3://shop-backups?partMiB=4").contains("5 MiB to 1 GiB"));
        assertTrue(refusal("s3://shop-backups?partMiB=hush").contains("5 to 1024"));
        assertTrue(refusal("s3://shop-backups?requestTimeout=hush").contains("40s"));
        assertTrue(refusal("s3://shop-backups?requestTimeout=1h").contains("40s"));
        assertTrue(refusal("s3://shop-backups?pathStyle=yes").contains("true or false"));
        assertTrue(refusal("s3://shop-backups/../b").contains("prefix"));
        assertTrue(refusal("s3://s/b").contains("3 to 63"));
        assertTrue(refusal("s3://shop backups/hush").contains("no URI"));
        assertTrue(refusal("s3:///a").contains("s3://bucket/prefix"));
        assertTrue(refusal("gs://shop-backups").contains("[node://, s3://]"));
    }

    @Test
    void aCredentialsFileThatIsNotThereIsTheRepositorysFailureAndNotTheContents() throws Exception {
        Path file = directory.resolve("a+b"); // a plus is no blank
        BackupRepository repository = BackupRepository.at(
                "s3://shop-backups?region=eu-central-1&endpoint=http://127.0.0.1:1&pathStyle=true&credentials=" + file);
        BackupRepositoryException failed =
                assertThrows(BackupRepositoryException.class, () -> repository.putIfAbsent("x", out -> out.write(1)));
        assertEquals(Reason.REFUSED, failed.reason(), failed.getMessage());
        assertTrue(failed.getMessage().contains("a+b"), failed.getMessage());
        Files.writeString(file, "[other]\naws_access_key_id=a\naws_secret_access_key=hush\n");
        failed = assertThrows(BackupRepositoryException.class, () -> repository.list(""));
        assertEquals(Reason.REFUSED, failed.reason(), failed.getMessage());
        assertFalse(failed.getMessage().contains("hush"), failed.getMessage());
    }

    @Test
    void aFileNamesBucketsAsLayers() throws Exception {
        configured("holdfast.backup.offSiteRepositories=s3://shop-backups/shop?region=eu-central-1\n"
                        + "holdfast.backup.directories=" + directory)
                .build();
        configured("holdfast.backup.repositories=s3://shop-backups/shop?region=eu-central-1")
                .build();
        HaCluster.Builder wrong = configured("holdfast.backup.repositories=s3://me:hush@shop-backups");
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, wrong::build).getMessage());
        assertTrue(message.startsWith("holdfast.backup.repositories ("), message);
        assertTrue(message.contains("no s3://bucket/prefix"), message);
        assertFalse(message.contains("hush"), message);
    }
}
