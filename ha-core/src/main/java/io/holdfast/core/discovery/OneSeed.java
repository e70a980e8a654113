package io.holdfast.core.discovery;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.util.List;

/** An address that stands for one node. */
record OneSeed(Address address) implements Discovery {

    @Override
    public void find(NodeRuntime runtime, Worker worker, Answer answer) {
        List<Address> found = List.of(address);
        runtime.loop().execute(() -> answer.found(found, ""));
    }

    @Override
    public String description() {
        return address.toString();
    }
}
