package io.holdfast.core.discovery;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.util.List;
import java.util.concurrent.Callable;

/** Seeds by the user's code. */
record CalledSeeds(String description, Callable<List<Address>> find) implements Discovery {

    @Override
    public void find(NodeRuntime runtime, Worker worker, Answer answer) {
        worker.execute(() -> {
            List<Address> found = List.of();
            String problem = "";
            try {
                found = List.copyOf(find.call());
            } catch (Throwable e) { // the user's code, whatever it does; asked again later
                problem = description + " failed: " + e;
            }
            List<Address> addresses = found;
            String why = problem;
            runtime.loop().execute(() -> answer.found(addresses, why));
        });
    }
}
