package io.holdfast.core.discovery;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;

/** Every address that a name stands for. */
record NameSeeds(Address name) implements Discovery {

    @Override
    public void find(NodeRuntime runtime, Worker worker, Answer answer) {
        runtime.resolver()
                .resolve(
                        name,
                        (addresses, problem) -> answer.found(
                                addresses.stream()
                                        .map(a -> new Address(a.getAddress().getHostAddress(), a.getPort()))
                                        .distinct()
                                        .toList(),
                                problem));
    }

    @Override
    public String description() {
        return "dns:" + name;
    }
}
