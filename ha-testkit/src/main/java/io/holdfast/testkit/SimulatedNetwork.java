package io.holdfast.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the nodes of a {@link Simulation}. Each node is reached by its id as host name, at an address that is
 * made up; at first all links are {@link LinkQuality#good() good}. Faults are set here, for all links or for one
 * direction between two nodes, and can be changed at any time.
 *
 * <p>Frames are copied at the edge: the sender's buffer is released when the frame leaves, and the receiver gets one of
 * its own, on the heap. A buffer that a handler has retained and not released counts as {@link #liveBuffers() live}.
 */
public final class SimulatedNetwork {
    private final Simulation simulation;
    private final Hosts hosts = new Hosts();
    private final Map<SimulatedNode, Map<SimulatedNode, LinkState>> links = new HashMap<>(); // looked up only
    private final List<LinkState> allLinks = new ArrayList<>();
    private final Set<String> refusing = new TreeSet<>();
    private final Set<String> refusingDatagrams = new TreeSet<>();
    private final DatagramNetwork datagrams;
    private final RetainedBuffers retained = new RetainedBuffers();
    private LinkQuality quality = LinkQuality.good();
    private double survivalOfLoss = 0.5;

    SimulatedNetwork(Simulation simulation) {
        this.simulation = simulation;
        this.datagrams = new DatagramNetwork(this, simulation.streams().datagrams);
    }

    /** The quality of all links that have none of their own. */
    public void setQuality(LinkQuality ofAll) {
        this.quality = ofAll;
    }

    /** Gives the direction from one node to another a quality of its own. */
    public void setQuality(String from, String to, LinkQuality ofLink) {
        link(from, to).quality(ofLink);
    }

    /** The quality of the direction from one node to another. */
    public LinkQuality quality(String from, String to) {
        return link(from, to).quality();
    }

    /** Limits every link that has no quality of its own; 0 for no limit. */
    public void bandwidth(long bytesPerSecond) {
        quality = quality.withBandwidth(bytesPerSecond);
    }

    /**
     * Whether a connection that has lost a frame, in a cut or by chance, goes on without it. TCP never does: 0 is what a
     * real network does, where a connection that cannot deliver breaks. More is harsher, and finds what relies on every
     * frame's arrival. A loss that a connection does not survive resets it, after a cut when that is mended.
     *
     * @param probability 0 to 1; 0.5 at first
     */
    public void connectionsSurviveLoss(double probability) {
        survivalOfLoss = Times.probability(probability, "the survival of a loss");
    }

    /**
     * Cuts one direction: frames vanish, connections stay as they are; dials are unreachable, after two seconds, from
     * either side, since an answer takes both directions.
     */
    public void cut(String from, String to) {
        link(from, to).cut(true);
    }

    /** Takes back {@link #cut}. */
    public void mend(String from, String to) {
        mend(link(from, to));
    }

    /** True if that direction is cut. */
    public boolean isCut(String from, String to) {
        return link(from, to).isCut();
    }

    /** Cuts both directions between each node of the one side and each of the other. */
    public void partition(Set<String> oneSide, Set<String> otherSide) {
        for (String one : new TreeSet<>(oneSide)) {
            for (String other : new TreeSet<>(otherSide)) {
                cut(one, other);
                cut(other, one);
            }
        }
    }

    /** Cuts a node off from all others that exist. */
    public void isolate(String node) {
        for (SimulatedNode other : simulation.nodes()) {
            if (!other.id().equals(node)) {
                cut(node, other.id());
                cut(other.id(), node);
            }
        }
    }

    /** Dials to a node are refused, or are not any more. Connections that stand are not touched. */
    public void refuseDials(String node, boolean refuse) {
        if (refuse) {
            refusing.add(node);
        } else {
            refusing.remove(node);
        }
    }

    /** True if dials to that node are refused. */
    public boolean refusesDials(String node) {
        return refusing.contains(node);
    }

    /**
     * Datagrams from one node to another vanish, as where a firewall lets TCP alone pass; connections do not notice. A cut
     * stops both.
     */
    public void blockDatagrams(String from, String to) {
        link(from, to).blockDatagrams(true);
    }

    /** Takes back {@link #blockDatagrams}. */
    public void allowDatagrams(String from, String to) {
        link(from, to).blockDatagrams(false);
    }

    /** True if datagrams in that direction vanish. */
    public boolean blocksDatagrams(String from, String to) {
        return link(from, to).blocksDatagrams();
    }

    /**
     * Loses datagrams on all links, besides what their {@link LinkQuality#loss()} loses, and nothing else: TCP repairs a loss
     * in time that this network does not model, so a lossy network is better told by this where both are used.
     *
     * @param probability 0 to 1; 0 at first
     */
    public void loseDatagrams(double probability) {
        datagrams.loss(probability);
    }

    /** A node's sockets for datagrams cannot be bound any more, or can again. Those that are bound are not touched. */
    public void refuseDatagrams(String node, boolean refuse) {
        if (refuse) {
            refusingDatagrams.add(node);
        } else {
            refusingDatagrams.remove(node);
        }
    }

    /** How many datagrams have been sent so far, lost ones too. */
    public long datagramsSent() {
        return datagrams.sent();
    }

    /** How many bytes were in them, without the headers of UDP and IP. */
    public long datagramBytesSent() {
        return datagrams.sentBytes();
    }

    /** How many datagrams have found the buffer of the receiver's system full, as behind a pause. */
    public long datagramsOverflowed() {
        return datagrams.overflows();
    }

    /** All cuts are mended, all refusals and blocks taken back, all links good again. Names stay as they were set. */
    public void heal() {
        quality = LinkQuality.good();
        refusing.clear();
        refusingDatagrams.clear();
        datagrams.loss(0);
        for (LinkState link : List.copyOf(allLinks)) {
            link.quality(null);
            link.blockDatagrams(false);
            mend(link);
        }
    }

    /** Lets a name stand for these nodes from now on, in this order; none means that the name is known but empty. */
    public void setName(String name, String... nodes) {
        hosts.name(name, Arrays.stream(nodes).map(simulation::node).toList());
    }

    /** Looking this name up fails from now on. */
    public void failName(String name, String problem) {
        hosts.failName(name, problem);
    }

    /** Takes back what was set for a name. */
    public void resetName(String name) {
        hosts.resetName(name);
    }

    /**
     * How many buffers handlers have retained and not released, those of dead processes aside. If it grows while a
     * cluster does nothing, something leaks.
     */
    public int liveBuffers() {
        return retained.count();
    }

    LinkQuality quality() {
        return quality;
    }

    double survivalOfLoss() {
        return survivalOfLoss;
    }

    Hosts hosts() {
        return hosts;
    }

    Scheduler scheduler() {
        return simulation.scheduler();
    }

    SplittableRandom random() {
        return simulation.streams().network;
    }

    void host(SimulatedNode node) {
        hosts.add(node);
    }

    DatagramNetwork datagrams() {
        return datagrams;
    }

    boolean refusesDatagrams(SimulatedNode node) {
        return refusingDatagrams.contains(node.id());
    }

    boolean refuses(SimulatedNode node) {
        return refusing.contains(node.id());
    }

    private LinkState link(String from, String to) {
        return link(simulation.node(from), simulation.node(to));
    }

    LinkState link(SimulatedNode from, SimulatedNode to) {
        return links.computeIfAbsent(from, f -> new LinkedHashMap<>()).computeIfAbsent(to, t -> {
            LinkState made = new LinkState(this, from, to);
            allLinks.add(made);
            return made;
        });
    }

    private void mend(LinkState link) {
        if (link.isCut()) {
            link.cut(false);
            for (SimulatedConnection end : ends()) {
                if (end.out().link().equals(link)) {
                    end.out().mended();
                }
                if (end.in().link().equals(link)) {
                    end.in().mended();
                }
            }
        }
    }

    /** A host's power is back: connections of its earlier processes will be found dead. */
    void hostIsBack(SimulatedNode node) {
        for (SimulatedConnection end : ends()) {
            if (end.out().link().to.equals(node)) {
                end.out().receiverHostIsBack();
            }
        }
    }

    private List<SimulatedConnection> ends() {
        List<SimulatedConnection> ends = new ArrayList<>();
        for (SimulatedNode node : simulation.nodes()) {
            @Nullable SimulatedRuntime running = node.current();
            if (running != null) {
                ends.addAll(running.nodeTransport().connections());
            }
        }
        return ends;
    }

    ByteBuf copy(ByteBuf frame) {
        return Unpooled.buffer(frame.readableBytes(), frame.readableBytes())
                .writeBytes(frame, frame.readerIndex(), frame.readableBytes());
    }

    /** A handler has seen a frame: what it has not retained is gone now. */
    void handedOver(SimulatedRuntime to, ByteBuf frame) {
        if (!frame.release()) {
            retained.add(to, frame);
        }
    }

    /** The length and some of the bytes: enough to tell two runs apart. */
    long fingerprint(ByteBuf frame) {
        int length = frame.readableBytes();
        long print = length;
        int step = Math.max(1, length / 16);
        for (int i = frame.readerIndex(); i < frame.writerIndex(); i += step) {
            print = print * 31 + frame.getByte(i);
        }
        return print;
    }
}
