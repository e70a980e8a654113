package io.holdfast.integrations.backup.s3.settings;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.RepositoryProvider;
import io.holdfast.integrations.backup.s3.S3Repository;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * Opens {@code s3://bucket/prefix?region=...&endpoint=...&pathStyle=true&profile=...&credentials=FILE&partMiB=...&requestTimeout=...}; found by {@link
 * java.util.ServiceLoader}. Secrets are in a file or the environment, never in the URI.
 */
public final class S3Provider implements RepositoryProvider {
    private static final String CREDENTIALS = "credentials";
    private static final String ENDPOINT = "endpoint";
    private static final String PART = "partMiB";
    private static final String PATH_STYLE = "pathStyle";
    private static final String PROFILE = "profile";
    private static final String REGION = "region";
    private static final String TIMEOUT = "requestTimeout";
    private static final TreeSet<String> KNOWN =
            new TreeSet<>(List.of(CREDENTIALS, ENDPOINT, PART, PATH_STYLE, PROFILE, REGION, TIMEOUT));

    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    public BackupRepository open(URI place) {
        String bucket = place.getRawAuthority();
        if (bucket == null || bucket.contains("@") || bucket.contains(":") || place.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "no s3://bucket/prefix: a place has no user, secret, port or fragment in it;"
                            + " credentials come from the environment, or from a file by ?credentials=/path");
        }
        String path = place.getPath() == null ? "" : place.getPath();
        Map<String, String> given = parameters(place.getRawQuery());
        S3Repository repository = S3Repository.bucket(bucket).prefix(path.startsWith("/") ? path.substring(1) : path);
        if (given.containsKey(REGION)) {
            repository = repository.region(of(given, REGION));
        }
        if (given.containsKey(ENDPOINT)) {
            repository = repository.endpoint(uri(of(given, ENDPOINT)));
        }
        if (given.containsKey(PATH_STYLE) && flag(of(given, PATH_STYLE))) {
            repository = repository.pathStyle();
        }
        if (given.containsKey(PART)) {
            repository = repository.partBytes(mebibytes(of(given, PART)));
        }
        if (given.containsKey(TIMEOUT)) {
            repository = repository.requestTimeout(duration(of(given, TIMEOUT)));
        }
        return credentials(repository, given);
    }

    private static S3Repository credentials(S3Repository repository, Map<String, String> given) {
        if (!given.containsKey(CREDENTIALS) && !given.containsKey(PROFILE)) {
            return repository;
        }
        ProfileCredentialsProvider.Builder profile = ProfileCredentialsProvider.builder();
        if (given.containsKey(CREDENTIALS)) {
            Path file = path(of(given, CREDENTIALS));
            // Read when it is needed, and again when it has changed.
            profile.profileFile(() -> ProfileFile.builder()
                    .content(file)
                    .type(ProfileFile.Type.CREDENTIALS)
                    .build());
        }
        if (given.containsKey(PROFILE)) {
            profile.profileName(of(given, PROFILE));
        }
        return repository.credentials(profile.build());
    }

    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> given = new TreeMap<>();
        if (query == null || query.isEmpty()) {
            return given;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            if (equals < 0 || !KNOWN.contains(key) || given.containsKey(key)) {
                throw new IllegalArgumentException(
                        "what follows the ? of s3://bucket/prefix is each at most once one of " + KNOWN
                                + ", with = and a value; secrets are in a file or the environment");
            }
            given.put(key, decoded(pair.substring(equals + 1)));
        }
        return given;
    }

    /** Of percents alone: here a plus is a plus, and no blank as in a form. */
    private static String decoded(String value) {
        return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static URI uri(String endpoint) {
        try {
            return new URI(endpoint);
        } catch (URISyntaxException wrong) { // whose message repeats all of it
            throw new IllegalArgumentException(
                    ENDPOINT + " is no URI, since of its character " + wrong.getIndex() + ": " + wrong.getReason());
        }
    }

    private static Path path(String file) {
        try {
            return Path.of(file);
        } catch (InvalidPathException wrong) { // whose message repeats all of it
            throw new IllegalArgumentException(CREDENTIALS + " is no path of a file: " + wrong.getReason());
        }
    }

    private static String of(Map<String, String> given, String key) {
        return given.getOrDefault(key, "");
    }

    private static boolean flag(String value) {
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException(PATH_STYLE + " is true or false");
        }
        return value.equals("true");
    }

    private static int mebibytes(String value) {
        if (!value.matches("\\d{1,4}") || Integer.parseInt(value) > 1024) {
            throw new IllegalArgumentException(PART + " is a number of 5 to 1024");
        }
        return Integer.parseInt(value) << 20;
    }

    private static Duration duration(String value) {
        try {
            return value.matches("\\d{1,4}s") ? Duration.parse("PT" + value) : Duration.parse(value);
        } catch (DateTimeParseException wrong) {
            throw new IllegalArgumentException(TIMEOUT + " is a time such as 40s", wrong);
        }
    }
}
