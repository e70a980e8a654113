package io.holdfast.backup;

import io.holdfast.core.spi.Printable;

/** Which names are safe on every file system and in every store's URLs. */
final class ObjectNames {
    private ObjectNames() {}

    static boolean isName(String name) {
        if (name.isEmpty() || name.length() > BackupRepository.LONGEST_NAME) {
            return false;
        }
        int partBegin = 0;
        for (int i = 0; i <= name.length(); i++) {
            if (i == name.length() || name.charAt(i) == '/') {
                boolean good = i > partBegin
                        && i - partBegin <= BackupRepository.LONGEST_PART
                        && isLetterOrDigit(name.charAt(partBegin));
                if (!good) {
                    return false;
                }
                partBegin = i + 1;
            } else if (!isLetterOrDigit(name.charAt(i)) && ".-_".indexOf(name.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    static String printable(String name) {
        return Printable.of(name, BackupRepository.LONGEST_NAME);
    }

    /** Of ASCII alone: what else Unicode calls a letter is written in more than one way. */
    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
