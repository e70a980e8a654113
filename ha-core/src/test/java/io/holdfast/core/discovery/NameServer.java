package io.holdfast.core.discovery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Answers each question on a port of 127.0.0.1 with the same SRV records (RFC 1035, RFC 2782). */
final class NameServer implements AutoCloseable {

    record Service(int priority, int weight, int port, String target) {}

    private final DatagramSocket socket;
    private final List<Service> records;

    NameServer(List<Service> records) throws IOException {
        this.records = records;
        this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "name-server");
        thread.setDaemon(true);
        thread.start();
    }

    String url() {
        return "dns://127.0.0.1:" + socket.getLocalPort();
    }

    private void serve() {
        byte[] space = new byte[512];
        while (!socket.isClosed()) {
            try {
                DatagramPacket question = new DatagramPacket(space, space.length);
                socket.receive(question);
                byte[] answer = answer(space);
                socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private byte[] answer(byte[] question) {
        int end = 12;
        while (question[end] != 0) {
            end += question[end] + 1;
        }
        int asked = end + 5 - 12;
        ByteBuffer answer = ByteBuffer.allocate(512);
        answer.put(question, 0, 2).putShort((short) (records.isEmpty() ? 0x8183 : 0x8180));
        answer.putShort((short) 1).putShort((short) records.size()).putInt(0);
        answer.put(question, 12, asked);
        for (Service each : records) {
            byte[] target = name(each.target());
            answer.putShort((short) 0xC00C)
                    .putShort((short) 33)
                    .putShort((short) 1)
                    .putInt(5);
            answer.putShort((short) (6 + target.length));
            answer.putShort((short) each.priority()).putShort((short) each.weight());
            answer.putShort((short) each.port()).put(target);
        }
        byte[] bytes = new byte[answer.position()];
        answer.flip().get(bytes);
        return bytes;
    }

    private static byte[] name(String dotted) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String label : dotted.split("\\.")) {
            byte[] text = label.getBytes(StandardCharsets.US_ASCII);
            bytes.write(text.length);
            bytes.writeBytes(text);
        }
        bytes.write(0);
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        socket.close(); // the thread ends by it
    }
}
