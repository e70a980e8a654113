import org.jspecify.annotations.NullMarked;

/** Backups in a bucket of Amazon S3, or of another store that speaks the same. */
@NullMarked
@SuppressWarnings("module") // the store is called S3
module io.holdfast.integrations.backup.s3 {
    requires transitive io.holdfast.backup;
    requires org.slf4j;
    requires software.amazon.awssdk.awscore;
    requires software.amazon.awssdk.core;
    requires software.amazon.awssdk.http;
    requires software.amazon.awssdk.http.urlconnection;
    requires software.amazon.awssdk.profiles;
    requires software.amazon.awssdk.regions;
    requires software.amazon.awssdk.retries;
    requires transitive software.amazon.awssdk.auth;
    requires transitive software.amazon.awssdk.services.s3;

    provides io.holdfast.backup.RepositoryProvider with
            io.holdfast.integrations.backup.s3.settings.S3Provider;

    exports io.holdfast.integrations.backup.s3;
}
