package io.holdfast.core.spi;

import java.io.IOException;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Restores into a scratch place, to find out what comes of it, and not to keep it: nobody is told of it, no other node may come, and what is
 * there must never be started as a node. Blocks; for one thread.
 */
public interface StateTrial extends StateRestorer {
    /**
     * Applies what was restored as a node would that starts with it, in this process's memory, which it takes as much of as the state is
     * large.
     *
     * @param progress told the index of the last entry applied, now and then; what it throws ends this
     * @return the {@linkplain StateMark#hashes() hashes} of the state after the last entry that was restored
     * @throws IOException if it cannot be read
     * @throws IllegalStateException if nothing has been restored, or it takes a later release than this one
     */
    Map<String, Long> replay(LongConsumer progress) throws IOException;
}
