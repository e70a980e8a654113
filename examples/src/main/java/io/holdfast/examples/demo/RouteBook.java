package io.holdfast.examples.demo;

import io.holdfast.replication.StateMachine;
import io.holdfast.replication.StateSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The replicated state of a service with orders, which are put and can be put again, and a journal, whose entries must be there
 * once. What came in which order is kept as {@link LineLedger} keeps it, for each of the two.
 *
 * <p>A command is the kind in one byte and then a command of {@link LineLedger}. A question is an order's number, as eight bytes,
 * big-endian; the answer is its text, which is empty if there is none.
 */
final class RouteBook implements StateMachine {
    private static final int VERSION = 1;
    private static final byte[] NOTHING = new byte[0];
    private static final byte ORDER = 1;
    private static final byte ENTRY = 2;

    private final LineLedger orders = new LineLedger();
    private final LineLedger journal = new LineLedger();
    private final Map<Long, byte[]> texts = new TreeMap<>();

    /** The command that puts an order. */
    static byte[] put(long number, byte[] text) {
        return command(ORDER, number, text);
    }

    /** The command that adds an entry to the journal. */
    static byte[] append(long number, byte[] text) {
        return command(ENTRY, number, text);
    }

    private static byte[] command(byte kind, long number, byte[] text) {
        byte[] line = LineLedger.command(number, text);
        return ByteBuffer.allocate(1 + line.length).put(kind).put(line).array();
    }

    /** The question for an order. */
    static byte[] question(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    @Override
    public byte[] apply(Entry entry) {
        ByteBuffer command = entry.command().duplicate();
        byte kind = command.get();
        if (kind != ORDER && kind != ENTRY) {
            throw new IllegalArgumentException("a command of kind " + kind + " is not known");
        }
        ByteBuffer line = command.slice();
        LineLedger of = kind == ORDER ? orders : journal;
        byte[] answer = of.apply(new Entry(entry.index(), entry.term(), entry.wallMillis(), line));
        if (kind == ORDER) {
            long number = line.getLong();
            byte[] text = new byte[line.remaining()];
            line.get(text);
            texts.put(number, text);
        }
        return answer;
    }

    @Override
    public byte[] query(ByteBuffer request) {
        return texts.getOrDefault(request.getLong(), NOTHING);
    }

    @Override
    public StateSnapshot snapshot() {
        StateSnapshot ofOrders = orders.snapshot();
        StateSnapshot ofJournal = journal.snapshot();
        Map<Long, byte[]> copy = new TreeMap<>(texts);
        return new StateSnapshot() {
            @Override
            public int version() {
                return VERSION;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                DataOutputStream data = new DataOutputStream(out);
                write(data, ofOrders);
                write(data, ofJournal);
                data.writeInt(copy.size());
                for (Map.Entry<Long, byte[]> each : copy.entrySet()) {
                    data.writeLong(each.getKey());
                    data.writeInt(each.getValue().length);
                    data.write(each.getValue());
                }
                data.flush();
            }
        };
    }

    private static void write(DataOutputStream data, StateSnapshot part) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        part.writeTo(bytes);
        data.writeInt(bytes.size());
        bytes.writeTo(data);
    }

    @Override
    public void restore(int version, InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        orders.restore(version, part(data));
        journal.restore(version, part(data));
        texts.clear();
        int count = data.readInt();
        for (int i = 0; i < count; i++) {
            long number = data.readLong();
            texts.put(number, data.readNBytes(data.readInt()));
        }
    }

    private static InputStream part(DataInputStream data) throws IOException {
        return new ByteArrayInputStream(data.readNBytes(data.readInt()));
    }

    /** What was put. */
    LineLedger orders() {
        return orders;
    }

    /** What was added. */
    LineLedger journal() {
        return journal;
    }
}
