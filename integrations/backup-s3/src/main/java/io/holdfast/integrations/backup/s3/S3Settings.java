package io.holdfast.integrations.backup.s3;

import io.holdfast.backup.BackupRepository;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Where a repository is, and how it is spoken to.
 *
 * @param prefix empty, or with a slash at its end
 * @param region as the environment says if it is not there
 * @param endpoint that of Amazon if it is not there
 * @param credentials those of the environment if they are not there
 * @param configure what else is done with the client
 */
record S3Settings(
        String bucket,
        String prefix,
        Optional<String> region,
        Optional<URI> endpoint,
        boolean pathStyle,
        Optional<AwsCredentialsProvider> credentials,
        int partBytes,
        Duration requestTimeout,
        Consumer<S3ClientBuilder> configure) {
    static final int LEAST_PART = 5 << 20;
    static final int MOST_PART = 1 << 30;

    static S3Settings of(String bucket) {
        if (!bucket.matches("[A-Za-z0-9][A-Za-z0-9._-]{1,62}")) {
            throw new IllegalArgumentException("no name of a bucket: 3 to 63 of a-z 0-9 . -; write for example"
                    + " S3Repository.bucket(\"shop-backups\")");
        }
        return new S3Settings(
                bucket,
                "",
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                16 << 20,
                Duration.ofSeconds(40),
                builder -> {});
    }

    S3Settings withPrefix(String path) {
        String bare = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (!bare.isEmpty()) {
            try {
                BackupRepository.checkName(bare);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(
                        "a prefix is made as names of objects are: " + wrong.getMessage(), wrong);
            }
        }
        String whole = bare.isEmpty() ? "" : bare + "/";
        return new S3Settings(
                bucket, whole, region, endpoint, pathStyle, credentials, partBytes, requestTimeout, configure);
    }

    S3Settings withRegion(String name) {
        if (!name.matches("[a-zA-Z0-9-]{1,64}")) {
            throw new IllegalArgumentException("no name of a region; write for example eu-central-1");
        }
        return new S3Settings(
                bucket,
                prefix,
                Optional.of(name),
                endpoint,
                pathStyle,
                credentials,
                partBytes,
                requestTimeout,
                configure);
    }

    S3Settings withEndpoint(URI uri) {
        String problem = null;
        if (uri.getRawUserInfo() != null) { // not repeated: it may hold a secret
            problem = "it has a user in it; credentials are given beside it";
        } else if (!("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) || uri.getHost() == null) {
            problem = "it is not http://host or https://host";
        }
        if (problem != null) {
            throw new IllegalArgumentException(
                    "no endpoint of a store: " + problem + "; write for example https://minio.example:9000");
        }
        return new S3Settings(
                bucket, prefix, region, Optional.of(uri), pathStyle, credentials, partBytes, requestTimeout, configure);
    }

    S3Settings withPathStyle() {
        return new S3Settings(
                bucket, prefix, region, endpoint, true, credentials, partBytes, requestTimeout, configure);
    }

    S3Settings withCredentials(AwsCredentialsProvider provider) {
        return new S3Settings(
                bucket,
                prefix,
                region,
                endpoint,
                pathStyle,
                Optional.of(provider),
                partBytes,
                requestTimeout,
                configure);
    }

    S3Settings withPartBytes(int bytes) {
        if (bytes < LEAST_PART || bytes > MOST_PART) {
            throw new IllegalArgumentException("partBytes " + bytes + " is not 5 MiB to 1 GiB");
        }
        return new S3Settings(
                bucket, prefix, region, endpoint, pathStyle, credentials, bytes, requestTimeout, configure);
    }

    S3Settings withRequestTimeout(Duration time) {
        if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("requestTimeout " + time + " is not 1 s to 10 min");
        }
        return new S3Settings(bucket, prefix, region, endpoint, pathStyle, credentials, partBytes, time, configure);
    }

    S3Settings withConfigure(Consumer<S3ClientBuilder> further) {
        return new S3Settings(
                bucket,
                prefix,
                region,
                endpoint,
                pathStyle,
                credentials,
                partBytes,
                requestTimeout,
                configure.andThen(further));
    }

    /** Under which key an object is. */
    String key(String name) {
        return prefix + name;
    }

    /** Which object is under that key, or null if that is none of this repository. */
    @Nullable
    String name(String key) {
        if (!key.startsWith(prefix)) {
            return null;
        }
        String name = key.substring(prefix.length());
        try {
            return BackupRepository.checkName(name);
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    /** The place without secrets. */
    String describe() {
        String place = "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix.substring(0, prefix.length() - 1));
        return endpoint.map(uri -> place + " at " + uri.getRawAuthority()).orElse(place);
    }
}
