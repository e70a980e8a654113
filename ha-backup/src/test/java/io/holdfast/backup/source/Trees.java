package io.holdfast.backup.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Trees of odd files, made and compared by programs that have nothing to do with Java's idea of names. */
final class Trees {
    /** One of each, in the current directory. */
    static final String ODD = """
            set -e
            mkdir -p deep/er 'with  blanks' void
            printf 'line' > "$(printf 'new\\nline')"
            printf 'latin' > "$(printf 'caf\\351')"
            printf 'utf8' > "$(printf 'gr\\303\\274n')"
            mkdir "$(printf 'dir\\377\\376')"
            printf 'in' > "$(printf 'dir\\377\\376/in\\001side')"
            printf 'q' > '%41 # ?;&\\back'
            printf 'dash' > -dash
            : > deep/er/empty
            printf 'twice' > deep/first
            ln deep/first second
            ln -s deep/first straight
            ln -s . deep/loop
            ln -s ../.. deep/er/out
            ln -s /etc/passwd absolute
            ln -s nowhere/at/all dangling
            ln -s "$(printf 'caf\\351')" tolatin
            printf 'x' > deep/modes
            chmod 4751 deep/modes
            printf 'x' > deep/readonly
            chmod 0400 deep/readonly
            mkdir closed
            printf 'x' > closed/in
            touch -d '1960-05-06 07:08:09 UTC' deep/er/empty
            touch -d '2001-02-03 04:05:06 UTC' second
            touch -d '2200-02-03 04:05:06.5 UTC' -- -dash
            long=$(printf '%0200d' 7)
            mkdir -p "$long/$long/$long"
            printf 'far' > "$long/$long/$long/$long"
            ln "$long/$long/$long/$long" "$long/hard"
            ln -s "$long/$long/$long/$long" longlink
            touch -d '1999-02-03 04:05:06.7 UTC' closed deep deep/er void .
            chmod 0555 closed
            """;

    private Trees() {}

    /** Runs a script, and returns what it wrote. */
    static String sh(Path directory, String script) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script)
                .directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(script + ": " + output);
        }
        return output;
    }

    /** All that is to be the same: names, types, permissions, owners, times, targets, contents. */
    static List<String> describe(Path tree) throws IOException, InterruptedException {
        String all = sh(
                tree,
                "find . ! -type l -printf '%P|%y|%m|%U|%G|%T@|%s|%n\\0' -o -printf '%P|%y|%l\\0' | grep -zv '|d|.*|[0-9]*|[0-9]*$'"
                        + " | sort -z; find . -type d -printf '%P|%m|%U|%G|%T@\\0' | sort -z;"
                        + " find . -type f -print0 | sort -z | xargs -0 cksum");
        return List.of(all.split("\0"));
    }

    static void assertSame(Path expected, Path actual) throws IOException, InterruptedException {
        List<String> wanted = describe(expected);
        assertEquals(true, wanted.size() > 3, wanted.toString());
        assertEquals(wanted, describe(actual));
    }
}
