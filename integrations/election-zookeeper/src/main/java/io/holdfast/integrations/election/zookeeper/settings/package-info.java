/** Elections on ZooKeeper, by file and environment. */
@NullMarked
package io.holdfast.integrations.election.zookeeper.settings;

import org.jspecify.annotations.NullMarked;
