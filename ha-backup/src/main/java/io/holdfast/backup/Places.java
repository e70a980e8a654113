package io.holdfast.backup;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeSet;

/** What is written of a repository in a file or on a command line, and which one that is. */
final class Places {
    /** What to add to the class path for kinds that are known and not there. */
    private static final Map<String, String> ARTIFACTS = Map.of("s3", "io.holdfast:ha-backup-s3");

    private Places() {}

    static BackupRepository open(String place) {
        int end = place.indexOf("://");
        if (end < 0) {
            try {
                return BackupRepository.directory(Path.of(place));
            } catch (InvalidPathException wrong) {
                throw new IllegalArgumentException("no path of a directory: " + wrong.getMessage(), wrong);
            }
        }
        String scheme = place.substring(0, end);
        if (scheme.equals(NodePlace.SCHEME)) {
            return NodePlace.open(uri(scheme, place));
        }
        TreeSet<String> known = new TreeSet<>();
        for (RepositoryProvider provider :
                ServiceLoader.load(RepositoryProvider.class, RepositoryProvider.class.getClassLoader())) {
            if (provider.scheme().equals(scheme)) {
                return provider.open(uri(scheme, place));
            }
            known.add(provider.scheme() + "://");
        }
        known.add(NodePlace.SCHEME + "://");
        String artifact = ARTIFACTS.get(scheme);
        throw new IllegalArgumentException(
                artifact == null
                        ? "nothing here opens repositories of the kind " + ObjectNames.printable(scheme)
                                + "://; write the path of a directory, or one of " + known
                        : "repositories of the kind " + scheme + ":// need " + artifact
                                + " on the class path, which is not there");
    }

    private static URI uri(String scheme, String place) {
        try {
            return new URI(place);
        } catch (URISyntaxException wrong) { // whose message repeats all of it
            throw new IllegalArgumentException("a place of the kind " + scheme
                    + ":// is no URI, since of its character " + wrong.getIndex() + ": " + wrong.getReason());
        }
    }
}
