package io.holdfast.backup.source;

import java.time.Instant;

/**
 * What stands before a file's content in an archive.
 *
 * @param name its bytes, relative and without a slash at the end; of no bytes for the root of the tree
 * @param type what it is
 * @param mode the twelve bits of its permissions
 * @param uid the owner's number
 * @param gid the group's number
 * @param owner the owner's name; may be empty
 * @param group the group's name; may be empty
 * @param size of the content that follows, in bytes
 * @param modified when it was changed
 * @param target what a link says, else of no bytes
 */
record TarEntry(
        byte[] name,
        Type type,
        int mode,
        long uid,
        long gid,
        String owner,
        String group,
        long size,
        Instant modified,
        byte[] target) {
    /** What an entry is, with its letter in a header. */
    enum Type {
        FILE('0'),
        HARD_LINK('1'),
        SYMBOLIC_LINK('2'),
        DIRECTORY('5');

        final char letter;

        Type(char letter) {
            this.letter = letter;
        }
    }

    String printable() {
        return name.length == 0 ? "." : RawNames.printable(name);
    }
}
