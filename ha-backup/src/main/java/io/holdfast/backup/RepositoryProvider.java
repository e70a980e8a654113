package io.holdfast.backup;

import java.net.URI;

/**
 * Opens repositories of one kind where a file, the environment or a command line names them; found by {@link java.util.ServiceLoader}. So what a
 * kind needs is on the class path of those alone who use it.
 */
public interface RepositoryProvider {
    /** What a place of this kind begins with, before {@code ://}: such as {@code s3}. */
    String scheme();

    /**
     * That repository. Nothing is opened until it is used.
     *
     * @param place with this scheme
     * @throws IllegalArgumentException if that is no place of this kind; the message says what to write instead, and repeats nothing that may be
     *     secret
     */
    BackupRepository open(URI place);
}
