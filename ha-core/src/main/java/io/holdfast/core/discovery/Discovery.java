package io.holdfast.core.discovery;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Where a node that knows nobody finds others. Asked again and again, since names and files change while a cluster lives.
 * Immutable; asked on the node's loop.
 */
public interface Discovery {

    /**
     * Looks, without blocking.
     *
     * @param runtime the node's seams: its resolver, its loop
     * @param worker a thread of its own, for what blocks
     * @param answer told once, on the loop
     */
    void find(NodeRuntime runtime, Worker worker, Answer answer);

    /** Where it looks, for people. */
    String description();

    /** What a look brought. */
    interface Answer {
        /**
         * @param addresses what was found, the node's own address possibly among them; duplicates do no harm
         * @param problem why less was found than there may be, for people; empty if nothing went wrong
         */
        void found(List<Address> addresses, String problem);
    }

    /**
     * From what an operator writes, each of
     * <ul>
     *   <li>{@code 10.0.0.1:7400} or {@code shop-1.example:7400}: a node; a name is looked up at each dial, and stands for
     *       one node;
     *   <li>{@code dns:shop.example:7400}: every address that the name stands for (A and AAAA), at that port;
     *   <li>{@code srv:_holdfast._tcp.shop.example}: hosts and ports from the name's SRV records, those of the best priority
     *       first. By the JDK's {@code jdk.naming.dns}; the name servers are the system's;
     *   <li>{@code file:/etc/shop/nodes}: a file that is read again each time, one of the above a line, {@code #} begins a
     *       remark; another file is not followed.
     * </ul>
     *
     * @throws IllegalArgumentException with what to write instead
     */
    static Discovery of(List<String> seeds) {
        return Discoveries.of(seeds);
    }

    /** The same as {@link #of(List)}. */
    static Discovery of(String... seeds) {
        return of(List.of(seeds));
    }

    /**
     * From code of the caller's own.
     *
     * @param description where it looks, for people
     * @param find may block, and is run on a thread for it, one call at a time; what it throws is logged, and the look
     *     repeated later
     */
    static Discovery by(String description, Callable<List<Address>> find) {
        return Discoveries.by(description, find);
    }
}
