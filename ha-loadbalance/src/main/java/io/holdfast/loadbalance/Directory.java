package io.holdfast.loadbalance;

import io.holdfast.core.RoleHolder;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a source knows at one moment: who offers the service, and who of them is master.
 *
 * @param epoch rises with each change of the source; a directory of an earlier epoch than the one in use is ignored
 * @param endpoints of the service, each id once
 * @param master who was announced as master last, and with which token (0 if it has none); null before anybody was. It counts also
 *     where it offers no endpoint
 * @param lagNanos by an endpoint's id for how long its state has been behind, as far as is known without asking; negative if
 *     unknown. A hint: the endpoint itself decides. Called at picks, so it has to be quick and safe from any thread
 */
public record Directory(
        long epoch, List<Endpoint> endpoints, @Nullable RoleHolder master, ToLongFunction<String> lagNanos) {
    static final Directory EMPTY = new Directory(Long.MIN_VALUE, List.of(), null, id -> -1);

    /** A copy of its own. */
    public Directory {
        endpoints = List.copyOf(endpoints);
    }

    /** Endpoints alone, without a master. */
    public static Directory of(long epoch, List<Endpoint> endpoints) {
        return new Directory(epoch, endpoints, null, id -> -1);
    }
}
