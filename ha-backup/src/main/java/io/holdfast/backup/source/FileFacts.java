package io.holdfast.backup.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/**
 * What Unix knows of a file: of a symbolic link itself, not of what it leads to.
 *
 * @param mode type and permissions
 * @param inode with the device, which file it is
 * @param links how many names it has
 */
record FileFacts(
        int mode,
        long device,
        long inode,
        int links,
        long uid,
        long gid,
        String owner,
        String group,
        long size,
        Instant modified,
        Instant changed) {
    /** Not the names, for each of which the system reads a file of its own. */
    private static final String ATTRIBUTES = "unix:mode,dev,ino,nlink,uid,gid,size,lastModifiedTime,ctime";

    private static final int TYPE = 0170000;
    private static final int PERMISSIONS = 07777;

    /** Which file it is, whatever its names are. */
    record Id(long device, long inode) {}

    /** What is different once somebody has written to it. */
    record Version(long size, Instant modified, Instant changed) {}

    /** Without names. */
    static FileFacts of(Path path) throws IOException {
        Map<String, Object> all = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        return new FileFacts(
                (int) number(all, "mode"),
                number(all, "dev"),
                number(all, "ino"),
                (int) number(all, "nlink"),
                id(all, "uid"),
                id(all, "gid"),
                "",
                "",
                number(all, "size"),
                time(all, "lastModifiedTime"),
                time(all, "ctime"));
    }

    /** With names. */
    static FileFacts of(Path path, OwnerNames names) throws IOException {
        FileFacts facts = of(path);
        return new FileFacts(
                facts.mode,
                facts.device,
                facts.inode,
                facts.links,
                facts.uid,
                facts.gid,
                names.owner(path, facts.uid),
                names.group(path, facts.gid),
                facts.size,
                facts.modified,
                facts.changed);
    }

    /** Of a user or a group, which Java takes for a number with a sign. */
    static long id(Map<String, Object> all, String name) {
        return number(all, name) & 0xFFFF_FFFFL;
    }

    private static long number(Map<String, Object> all, String name) {
        return all.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static Instant time(Map<String, Object> all, String name) {
        return all.get(name) instanceof FileTime time ? time.toInstant() : Instant.EPOCH;
    }

    int permissions() {
        return mode & PERMISSIONS;
    }

    Id id() {
        return new Id(device, inode);
    }

    Version version() {
        return new Version(size, modified, changed);
    }

    boolean isFile() {
        return (mode & TYPE) == 0100000;
    }

    boolean isLink() {
        return (mode & TYPE) == 0120000;
    }

    /** What is not stored. */
    String special() {
        return switch (mode & TYPE) {
            case 0140000 -> "a socket";
            case 0010000 -> "a named pipe";
            case 0020000 -> "a character device";
            case 0060000 -> "a block device";
            default -> "something unknown";
        };
    }

    /** True if nobody has written to it between the two. */
    boolean isAsBefore(FileFacts before) {
        return id().equals(before.id()) && version().equals(before.version());
    }
}
