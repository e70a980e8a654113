package io.holdfast.verification.torture;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.testkit.DelegatingRuntime;
import io.holdfast.verification.process.HeapUntilForced;
import java.net.InetSocketAddress;
import java.util.Map;

/** A real runtime with a clock and a disk that can be told to misbehave, and names that lead to proxies. */
final class FaultyRuntime extends DelegatingRuntime {
    private final SkewedClock clock;
    private final SkewedLoop loop;
    private final DiskFaults disk = new DiskFaults();
    private final Storage storage;
    private final Resolver resolver;
    private final Datagrams datagrams;

    /**
     * @param links to the others; none: their names are looked up
     * @param losesUnforced whether SIGKILL takes what was not forced, as a power loss would
     */
    FaultyRuntime(NodeRuntime real, Map<String, InetSocketAddress> links, boolean losesUnforced) {
        super(real);
        this.clock = new SkewedClock(real.clock());
        this.loop = new SkewedLoop(real.loop(), clock);
        Storage files = losesUnforced ? new HeapUntilForced(real.storage()) : real.storage();
        this.storage = new FaultyStorage(files, disk);
        this.datagrams = links.isEmpty() ? real.datagrams() : Datagrams.none();
        this.resolver = links.isEmpty() ? real.resolver() : new LinkResolver(real.loop(), links);
    }

    DiskFaults disk() {
        return disk;
    }

    SkewedClock skewedClock() {
        return clock;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Storage storage() {
        return storage;
    }

    /** None behind links, which carry connections alone: datagrams would go round every fault. */
    @Override
    public Datagrams datagrams() {
        return datagrams;
    }

    @Override
    public Resolver resolver() {
        return resolver;
    }
}
