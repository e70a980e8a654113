package io.holdfast.benchmarks.members;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process and this machine use. */
final class Usage {
    private static final double TICKS_PER_SECOND = 100;

    private Usage() {}

    /** Bytes that are alive, as the last of three collections found: what threads have set aside for themselves is not. */
    static long heap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(150); // references are enqueued, and what they kept goes with the next one
        }
        long bytes = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null) {
                bytes += pool.getCollectionUsage().getUsed();
            }
        }
        return bytes;
    }

    /** Bytes of direct buffers, those of Netty's own among them, if there is a Netty. */
    static long direct() {
        long bytes = 0;
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            bytes += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
        }
        try {
            Object netty = Class.forName("io.netty.util.internal.PlatformDependent")
                    .getMethod("usedDirectMemory")
                    .invoke(null);
            bytes += Math.max(0, (Long) netty);
        } catch (ReflectiveOperationException none) {
            return bytes;
        }
        return bytes;
    }

    /** Those that live, save for what watches the victims. */
    static int threads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith(Victim.READER)
                        && !thread.getName().startsWith("process reaper"))
                .count();
    }

    /** Seconds of processor time of this process. */
    static double cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    /** Seconds of processor time of everything on this machine. */
    static double machine() throws IOException {
        String[] fields =
                Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
        long busy = 0;
        for (int i = 1; i <= 8; i++) {
            busy += i == 4 || i == 5 ? 0 : Long.parseLong(fields[i]); // idle, and waiting for a disk
        }
        return busy / TICKS_PER_SECOND;
    }

    /** Bytes that have gone over the loopback interface, with all headers; of everything in this network namespace. */
    static long loopback() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/net/dev"))) {
            if (line.trim().startsWith("lo:")) {
                return Long.parseLong(
                        line.substring(line.indexOf(':') + 1).trim().split("\\s+")[8]);
            }
        }
        throw new IOException("there is no loopback interface in /proc/net/dev");
    }
}
