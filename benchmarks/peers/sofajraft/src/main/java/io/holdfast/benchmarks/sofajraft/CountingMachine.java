package io.holdfast.benchmarks.sofajraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is applied, and knows whether this node leads. */
final class CountingMachine extends StateMachineAdapter {
    private final AtomicLong count = new AtomicLong();
    private volatile boolean leads;

    @Override
    public void onApply(Iterator entries) {
        while (entries.hasNext()) {
            count.incrementAndGet();
            Closure done = entries.done();
            if (done != null) {
                done.run(Status.OK());
            }
            entries.next();
        }
    }

    @Override
    public void onLeaderStart(long term) {
        leads = true;
    }

    @Override
    public void onLeaderStop(Status status) {
        leads = false;
    }

    long count() {
        return count.get();
    }

    boolean leads() {
        return leads;
    }
}
