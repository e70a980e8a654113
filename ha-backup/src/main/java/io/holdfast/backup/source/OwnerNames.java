package io.holdfast.backup.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What users and groups are called, each asked of the system once: it reads its own files anew, or asks a directory service, for each
 * question. For one thread, and one backup.
 */
final class OwnerNames {
    private final Map<Long, String> owners = new HashMap<>();
    private final Map<Long, String> groups = new HashMap<>();

    /** Of a file of that user; empty if he has none. */
    String owner(Path path, long uid) throws IOException {
        return name(owners, path, "uid", "owner", uid);
    }

    /** Of a file of that group; empty if it has none. */
    String group(Path path, long gid) throws IOException {
        return name(groups, path, "gid", "group", gid);
    }

    private static String name(Map<Long, String> known, Path path, String number, String name, long id)
            throws IOException {
        String found = known.get(id);
        if (found != null) {
            return found;
        }
        // Both at once: the file may be another one's by now.
        Map<String, Object> both = Files.readAttributes(path, "unix:" + number + "," + name, LinkOption.NOFOLLOW_LINKS);
        if (FileFacts.id(both, number) != id) {
            return "";
        }
        String asked = Objects.toString(both.get(name), "");
        known.put(id, asked);
        return asked;
    }
}
