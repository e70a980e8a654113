package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.Capabilities;
import java.time.Duration;

/**
 * What the fleet goes by.
 *
 * @param self the node that decides by this
 * @param max how many nodes there are at most, also for moments
 * @param target what the target can do
 * @param namePrefix what new nodes are called before their number, where the target takes names
 * @param warmUp for so long a node that serves is not counted
 * @param staleAfter a sample that has not changed for so long is none
 * @param drainAtLeast a node that goes gets nothing new for so long before it leaves, whatever it says is on its way
 * @param drainWithin then it leaves, whatever is on its way still
 * @param leaveWithin then a node that has no vote is stopped although it has not said that it has left
 * @param startWithin then a node that was started and does not serve is stopped, and another is started
 * @param awayFor for so long the place of a node that died or stopped is kept, unless the target says that it is gone
 */
public record FleetConfig(
        String self,
        int max,
        Capabilities target,
        String namePrefix,
        Duration warmUp,
        Duration staleAfter,
        Duration drainAtLeast,
        Duration drainWithin,
        Duration leaveWithin,
        Duration startWithin,
        Duration awayFor) {}
