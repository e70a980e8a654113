package io.holdfast.core.spi;

import io.holdfast.core.OperatorRole;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Something that operators may have a node do, by the {@code ha} command or any other program that speaks the operators'
 * protocol. The node checks the role and writes the audit log.
 *
 * @param name unique on a node: 1 to 64 lower-case letters, digits and hyphens
 * @param needed the least role that may use it
 * @param nodesToo true if the cluster's nodes may use it besides, whatever role their certificates give: one asks another to do
 *     what its own user wants
 * @param handler does it
 */
public record OperatorCommand(String name, OperatorRole needed, boolean nodesToo, Handler handler) {

    /** One for operators alone. */
    public OperatorCommand(String name, OperatorRole needed, Handler handler) {
        this(name, needed, false, handler);
    }

    /** Checks the name. */
    public OperatorCommand {
        if (!name.matches("[a-z0-9-]{1,64}")) {
            throw new IllegalArgumentException("operator command \"" + name
                    + "\" is not allowed; use 1 to 64 lower-case letters, digits and hyphens");
        }
        if (needed == OperatorRole.NONE) {
            throw new IllegalArgumentException("operator command " + name + " needs no role; write READ");
        }
    }

    /** Carries a command out. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Begins, and returns soon: it runs on the one thread that serves operators.
         *
         * @param arguments as they came; nobody has checked them
         * @return completes, on any thread, with what is answered: a map, list, string, number, boolean, or a public record of
         *     them. A failure is answered with its message
         * @throws IllegalArgumentException if the arguments are not understood
         */
        CompletionStage<?> run(Map<String, String> arguments);

        /**
         * As {@link #run(Map)}, for one that has others do something: it should ask for no longer than it is waited for.
         *
         * @param limitNanos how long whoever asked waits
         */
        default CompletionStage<?> run(Map<String, String> arguments, long limitNanos) {
            return run(arguments);
        }
    }
}
