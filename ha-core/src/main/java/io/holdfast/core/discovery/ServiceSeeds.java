package io.holdfast.core.discovery;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.util.List;

/** Hosts and ports by SRV records (RFC 2782). */
record ServiceSeeds(String name, SrvLookup lookup) implements Discovery {

    @Override
    public void find(NodeRuntime runtime, Worker worker, Answer answer) {
        worker.execute(() -> {
            SrvLookup.Found found = lookup.find(name);
            List<Address> addresses = found.addresses();
            runtime.loop().execute(() -> answer.found(addresses, found.problem()));
        });
    }

    @Override
    public String description() {
        return "srv:" + name;
    }
}
