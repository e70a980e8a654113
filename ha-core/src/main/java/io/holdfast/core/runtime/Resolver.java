package io.holdfast.core.runtime;

import io.holdfast.core.Address;
import java.net.InetSocketAddress;
import java.util.List;

/** Names to addresses, looked up anew at each call: a name's addresses change while a cluster lives. */
public interface Resolver {

    /** Looks {@code address} up without blocking, and answers on the loop, exactly once. Called on the loop. */
    void resolve(Address address, Callback callback);

    /** What the look-up brought. */
    interface Callback {
        /**
         * @param addresses what the name stands for, in the resolver's order; empty if the look-up failed
         * @param problem what went wrong, empty if nothing did
         */
        void resolved(List<InetSocketAddress> addresses, String problem);
    }
}
