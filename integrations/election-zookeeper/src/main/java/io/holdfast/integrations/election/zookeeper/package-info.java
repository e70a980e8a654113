/** Elections by records in ZooKeeper. */
@NullMarked
package io.holdfast.integrations.election.zookeeper;

import org.jspecify.annotations.NullMarked;
