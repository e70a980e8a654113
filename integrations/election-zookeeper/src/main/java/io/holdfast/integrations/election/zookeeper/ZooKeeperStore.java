package io.holdfast.integrations.election.zookeeper;

import io.holdfast.integrations.election.Change;
import io.holdfast.integrations.election.RecordStore;
import io.holdfast.integrations.election.StoredRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Records as persistent znodes; a znode's version is one less than the record's. Roles are read before nodes and within one
 * session, in which what is read never gets older.
 */
final class ZooKeeperStore implements RecordStore {
    private final CuratorFramework client;
    private final String path;
    private final long requestMillis;
    private final PersistentWatcher watcher;

    private ZooKeeperStore(CuratorFramework client, String path, long requestMillis, Runnable changed) {
        this.client = client;
        this.path = path;
        this.requestMillis = requestMillis;
        this.watcher = new PersistentWatcher(client, path, true);
        watcher.getListenable().addListener(event -> changed.run());
        watcher.getResetListenable().addListener(changed);
    }

    static ZooKeeperStore open(
            String servers,
            String path,
            long sessionMillis,
            long requestMillis,
            Consumer<CuratorFrameworkFactory.Builder> configure,
            Runnable changed)
            throws Exception {
        CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder()
                .connectString(servers)
                .sessionTimeoutMs((int) sessionMillis)
                .connectionTimeoutMs((int) requestMillis)
                .maxCloseWaitMs((int) requestMillis)
                .retryPolicy(new RetryNTimes(1, 20));
        configure.accept(builder);
        CuratorFramework client = builder.build();
        client.start();
        ZooKeeperStore store = new ZooKeeperStore(client, path, requestMillis, changed);
        try {
            store.connected();
            store.makeParents();
            store.watcher.start();
            return store;
        } catch (Exception e) {
            store.close();
            throw e;
        }
    }

    private void connected() throws IOException, InterruptedException {
        if (!client.blockUntilConnected((int) requestMillis, TimeUnit.MILLISECONDS)) {
            throw new IOException("not connected within " + requestMillis + " ms");
        }
    }

    private void makeParents() throws Exception {
        for (String parent : List.of(path + "/role", path + "/node")) {
            try {
                client.create().creatingParentsIfNeeded().forPath(parent, new byte[0]);
            } catch (KeeperException.NodeExistsException e) {
                // as it should be
            }
        }
    }

    private static final class Answer extends CompletableFuture<CuratorEvent> {
        void of(CuratorEvent event) {
            complete(event);
        }
    }

    private CompletableFuture<CuratorEvent> children(String parent) {
        Answer answer = new Answer();
        try {
            client.getChildren().inBackground((c, event) -> answer.of(event)).forPath(parent);
        } catch (Exception e) { // what Curator declares
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private CompletableFuture<CuratorEvent> data(String node) {
        Answer answer = new Answer();
        try {
            client.getData().inBackground((c, event) -> answer.of(event)).forPath(node);
        } catch (Exception e) { // what Curator declares
            answer.completeExceptionally(e);
        }
        return answer;
    }

    @Override
    public List<StoredRecord> readAll() throws Exception {
        connected();
        long session = session();
        List<StoredRecord> records = new ArrayList<>();
        readAll("role", records)
                .thenCompose(roles -> readAll("node", records))
                .get(requestMillis, TimeUnit.MILLISECONDS);
        if (session() != session) {
            throw new IOException("the session was replaced meanwhile"); // by one that may see an older state
        }
        return records;
    }

    private long session() throws Exception {
        return client.getZookeeperClient().getZooKeeper().getSessionId();
    }

    private CompletableFuture<?> readAll(String kind, List<StoredRecord> records) {
        return children(path + "/" + kind).thenCompose(event -> {
            if (code(event) == Code.NONODE) {
                return CompletableFuture.failedFuture(new IOException(path + "/" + kind
                        + " is gone, and with it every token; make it again and raise" + " the epoch"));
            }
            check(event);
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (String child : event.getChildren()) {
                all.add(data(path + "/" + kind + "/" + child)
                        .thenAccept(found -> add(kind + "/" + child, found, records)));
            }
            return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
        });
    }

    private static void add(String key, CuratorEvent event, List<StoredRecord> records) {
        if (code(event) == Code.NONODE) {
            return; // taken away since its parent was read
        }
        check(event);
        String value = new String(event.getData(), StandardCharsets.UTF_8);
        synchronized (records) {
            records.add(new StoredRecord(key, event.getStat().getVersion() + 1L, value));
        }
    }

    private static Code code(CuratorEvent event) {
        return Code.get(event.getResultCode());
    }

    private static void check(CuratorEvent event) {
        if (code(event) != Code.OK) {
            throw new IllegalStateException(
                    KeeperException.create(code(event), event.getPath()).getMessage());
        }
    }

    @Override
    public boolean commit(List<Change> changes) throws Exception {
        connected();
        List<CuratorOp> operations = new ArrayList<>();
        for (Change change : changes) {
            operations.add(operation(change));
        }
        Answer answer = new Answer();
        client.transaction().inBackground((c, event) -> answer.of(event)).forOperations(operations);
        CuratorEvent event = answer.get(requestMillis, TimeUnit.MILLISECONDS);
        Code code = code(event);
        if (code == Code.BADVERSION || code == Code.NONODE || code == Code.NODEEXISTS) {
            return false;
        }
        check(event);
        return true;
    }

    private CuratorOp operation(Change change) throws Exception {
        String node = path + "/" + change.key();
        int version = (int) (change.expected() - 1);
        if (change instanceof Change.Put put) {
            byte[] value = put.value().getBytes(StandardCharsets.UTF_8);
            return put.expected() == 0
                    ? client.transactionOp()
                            .create()
                            .withMode(CreateMode.PERSISTENT)
                            .forPath(node, value)
                    : client.transactionOp().setData().withVersion(version).forPath(node, value);
        }
        return client.transactionOp().delete().withVersion(version).forPath(node);
    }

    @Override
    public void close() {
        watcher.close();
        client.close();
    }
}
