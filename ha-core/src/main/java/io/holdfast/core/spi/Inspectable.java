package io.holdfast.core.spi;

import io.holdfast.core.Address;
import io.holdfast.core.Explanation;
import io.holdfast.core.SafeToStop;
import java.util.List;
import java.util.Map;

/**
 * What a feature lets operators see, see {@link RunningFeature#inspectable}: it is asked for the node's status, for {@code
 * explain()}, and before a node is stopped. All methods answer at once, from what is known without asking anybody; safe from any
 * thread.
 */
public interface Inspectable {

    /**
     * Its state as data, for the status of the node: names to strings, numbers, booleans, and lists and maps of them. What is
     * there once keeps its name and meaning, since scripts read it.
     */
    Map<String, Object> inspect();

    /**
     * Why it is as it is. An election engine explains roles under {@code role NAME}, and the master's under {@code master}, where it
     * has more to say than who holds them; the cluster says the rest.
     */
    List<Explanation.Finding> explain();

    /** Whether that node may be stopped as far as this feature is concerned. */
    SafeToStop safeToStop(String nodeId);

    /** The cluster's nodes that it knows, this one among them or not, and where each is reached. */
    default Map<String, Address> nodes() {
        return Map.of();
    }

    /** What operators may have it do; looked at once, when the node starts. */
    default List<OperatorCommand> operatorCommands() {
        return List.of();
    }
}
