package io.holdfast.examples.demo;

import io.holdfast.examples.store.Attempt;
import io.holdfast.examples.store.FileStoreServer;
import io.holdfast.examples.store.OutsideStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A {@link FileStoreServer} in a JVM of its own. */
final class FileStoreHost implements StoreHost {
    private static final List<String> JVM =
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");

    private static final long START_SECONDS = 20;
    private static final String PORT = "port ";

    private final ChildJvm server;
    private final int port;
    private final Path file;

    private FileStoreHost(ChildJvm server, int port, Path file) {
        this.server = server;
        this.port = port;
        this.file = file;
    }

    static FileStoreHost start(Path data, Children children) throws IOException {
        Path file = data.resolve("store.record");
        Path log = data.resolve("store.log");
        CompletableFuture<Integer> port = new CompletableFuture<>();
        ChildJvm server = children.add(
                () -> ChildJvm.start("store", JVM, FileStoreServer.class, List.of(file.toString()), log, line -> {
                    if (line.startsWith(PORT)) {
                        port.complete(Integer.parseInt(line.substring(PORT.length())));
                    }
                }));
        try {
            return new FileStoreHost(server, port.get(START_SECONDS, TimeUnit.SECONDS), file);
        } catch (ExecutionException | TimeoutException e) {
            throw new DemoFailure("the store does not start; see " + log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("interrupted");
        }
    }

    @Override
    public String description() {
        return "a file, PID " + server.pid() + ", 127.0.0.1:" + port;
    }

    @Override
    public String address() {
        return OutsideStore.FILE + "127.0.0.1:" + port;
    }

    @Override
    public List<Attempt> record() throws IOException {
        return FileStoreServer.read(file);
    }

    @Override
    public boolean isAlive() {
        return server.isAlive();
    }

    @Override
    public void destroy() {
        server.destroy();
    }
}
