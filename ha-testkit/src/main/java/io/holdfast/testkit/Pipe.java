package io.holdfast.testkit;

import io.netty.buffer.ByteBuf;

/**
 * One direction of a connection: takes frames from the sender's queue as the line and the window allow, and puts copies
 * of them into the receiver's inbox, later, once, never or twice, as the link's quality has it.
 */
final class Pipe {
    /** How much may be under way or unread before the sender has to wait. */
    static final int WINDOW_BYTES = 512 * 1024;

    private static final long LOOK_AGAIN_NANOS = 50_000_000L;
    private static final long MAX_PROBE_NANOS = 2_000_000_000L;

    private final SimulatedNetwork network;
    private final LinkState link;
    private final SimulatedConnection sender;
    private final SimulatedConnection receiver;
    private final FrameQueue queue;
    private final Scheduler scheduler;

    private long inFlightBytes;
    private long vanishedBytes; // in a cut: nobody acknowledges them, so they fill the window
    private long lastArrivalNanos;
    private boolean pumpScheduled;
    private boolean broken; // a frame is missing and the connection will be reset: nothing behind the gap may arrive
    private boolean gap;
    private boolean ended;
    private boolean endLost;
    private String endDetail = "";

    Pipe(
            SimulatedNetwork network,
            LinkState link,
            SimulatedConnection sender,
            SimulatedConnection receiver,
            FrameQueue queue) {
        this.network = network;
        this.link = link;
        this.sender = sender;
        this.receiver = receiver;
        this.queue = queue;
        this.scheduler = network.scheduler();
    }

    LinkState link() {
        return link;
    }

    /** Sends what has been flushed, as far as it goes; the rest follows by itself. */
    void pump() {
        if (pumpScheduled) {
            return;
        }
        long delay = -1;
        while (queue.hasFlushed() && inFlightBytes + vanishedBytes < WINDOW_BYTES) {
            long now = scheduler.nowNanos();
            if (link.busyUntilNanos() > now) {
                // Looked at again before the line is free: its limit may be taken back meanwhile.
                pumpAt(Math.min(link.busyUntilNanos(), now + LOOK_AGAIN_NANOS));
                return;
            }
            ByteBuf frame = queue.next();
            if (delay < 0) {
                delay = link.drawDelayNanos(); // one for all that leaves together: it arrives together
            }
            long left = link.transmit(now, frame.readableBytes(), link.quality().bytesPerSecond());
            launch(frame, left + delay);
        }
    }

    private void pumpAt(long nanos) {
        pumpScheduled = true;
        scheduler.schedule(EventKind.NETWORK, null, nanos, () -> {
            pumpScheduled = false;
            pump();
            sender.tellIfWritable();
        });
    }

    private void launch(ByteBuf frame, long arrival) {
        int bytes = frame.readableBytes();
        try {
            LinkQuality quality = link.quality();
            if (broken || link.isCut() || !receiver.hostStands()) {
                gap |= link.isCut();
                vanishedBytes += bytes;
            } else if (receiver.isGone()) {
                sender.resetAt(arrival + link.drawDelayNanos(), "the far process does not know this connection");
            } else if (link.chance(quality.loss())) {
                lost();
            } else {
                arrive(frame, arrival);
                if (link.chance(quality.duplication())) {
                    arrive(frame, arrival + link.drawDelayNanos());
                }
            }
        } finally {
            frame.release();
        }
    }

    private void arrive(ByteBuf frame, long earliest) {
        long at;
        if (link.chance(link.quality().reordering())) {
            at = earliest + 4 * link.drawDelayNanos();
        } else {
            at = Math.max(earliest, lastArrivalNanos);
            lastArrivalNanos = at;
        }
        inFlightBytes += frame.readableBytes();
        receiver.arrive(at, network.copy(frame));
    }

    /** A frame is lost, and with it, unless connections survive that, the connection. */
    private void lost() {
        if (!link.chance(network.survivalOfLoss())) {
            reset("a frame was lost from " + link);
        }
    }

    private void reset(String why) {
        broken = true;
        long now = scheduler.nowNanos();
        sender.resetAt(now + link.drawDelayNanos(), why);
        receiver.resetAt(now + link.drawDelayNanos(), why);
    }

    /** The receiver has taken a frame: there is room for another one. */
    void consumed(int bytes) {
        inFlightBytes -= bytes;
        if (queue.hasFlushed() && !pumpScheduled) {
            pumpAt(scheduler.nowNanos() + link.drawDelayNanos());
        }
    }

    /** The sender's end is closed, or its process has died: tells the receiver, behind the frames under way. */
    void end(String detail) {
        if (ended) {
            return;
        }
        ended = true;
        endDetail = detail;
        sendEnd();
    }

    private void sendEnd() {
        if (link.isCut() || broken) {
            endLost = true;
            return;
        }
        endLost = false;
        receiver.arriveEnd(Math.max(lastArrivalNanos, scheduler.nowNanos() + link.drawDelayNanos()), endDetail);
    }

    /** The link carries again: what was lost meanwhile has its consequence. */
    void mended() {
        if (receiver.isGone()) {
            if (receiver.hostStands()) {
                receiverHostIsBack();
            }
        } else if (gap) {
            gap = false;
            if (link.chance(network.survivalOfLoss())) {
                vanishedBytes = 0;
                pump();
                sender.tellIfWritable();
            } else {
                reset("frames were lost while " + link + " was cut");
            }
        }
        if (endLost) {
            broken = false;
            sendEnd();
        }
    }

    /** The receiver's host has its power again and knows nothing of this connection: a probe finds that out. */
    void receiverHostIsBack() {
        if (!link.isCut()) { // else the probe is lost; mending the link finds it out
            long at = scheduler.nowNanos() + network.random().nextLong(MAX_PROBE_NANOS);
            sender.resetAt(at, "the far host has been restarted");
        }
    }
}
