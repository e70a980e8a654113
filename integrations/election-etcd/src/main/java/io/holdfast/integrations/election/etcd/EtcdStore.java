package io.holdfast.integrations.election.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.holdfast.integrations.election.Change;
import io.holdfast.integrations.election.RecordStore;
import io.holdfast.integrations.election.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Records as keys of one prefix, which one request reads at one revision; a key's version is the record's. */
final class EtcdStore implements RecordStore {
    private final Client client;
    private final String prefix;
    private final long requestMillis;
    private final Watch.Watcher watcher;

    private EtcdStore(Client client, String prefix, long requestMillis, Runnable changed) {
        this.client = client;
        this.prefix = prefix;
        this.requestMillis = requestMillis;
        this.watcher = client.getWatchClient()
                .watch(
                        bytes(prefix),
                        WatchOption.builder().isPrefix(true).build(),
                        Watch.listener(response -> changed.run(), failure -> changed.run()));
    }

    static EtcdStore open(
            List<String> endpoints,
            String prefix,
            long requestMillis,
            Consumer<ClientBuilder> configure,
            Runnable changed) {
        ClientBuilder builder = Client.builder()
                .endpoints(endpoints.toArray(String[]::new))
                .connectTimeout(Duration.ofMillis(requestMillis))
                .keepaliveTime(Duration.ofMillis(Math.max(1_000, requestMillis)))
                .keepaliveTimeout(Duration.ofMillis(requestMillis))
                .retryDelay(10)
                .retryMaxDelay(100)
                .retryMaxAttempts(1)
                .retryMaxDuration(Duration.ofMillis(requestMillis));
        configure.accept(builder);
        return new EtcdStore(builder.build(), prefix, requestMillis, changed);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    @Override
    public List<StoredRecord> readAll() throws Exception {
        List<KeyValue> found = client.getKVClient()
                .get(bytes(prefix), GetOption.builder().isPrefix(true).build())
                .get(requestMillis, TimeUnit.MILLISECONDS)
                .getKvs();
        List<StoredRecord> records = new ArrayList<>();
        for (KeyValue entry : found) {
            String key = entry.getKey().toString(StandardCharsets.UTF_8).substring(prefix.length());
            records.add(
                    new StoredRecord(key, entry.getVersion(), entry.getValue().toString(StandardCharsets.UTF_8)));
        }
        return records;
    }

    @Override
    public boolean commit(List<Change> changes) throws Exception {
        Cmp[] conditions = changes.stream()
                .map(c -> new Cmp(bytes(prefix + c.key()), Cmp.Op.EQUAL, CmpTarget.version(c.expected())))
                .toArray(Cmp[]::new);
        Op[] operations = changes.stream().map(this::operation).toArray(Op[]::new);
        return client.getKVClient()
                .txn()
                .If(conditions)
                .Then(operations)
                .commit()
                .get(requestMillis, TimeUnit.MILLISECONDS)
                .isSucceeded();
    }

    private Op operation(Change change) {
        ByteSequence key = bytes(prefix + change.key());
        return change instanceof Change.Put put
                ? Op.put(key, bytes(put.value()), PutOption.DEFAULT)
                : Op.delete(key, DeleteOption.DEFAULT);
    }

    @Override
    public void close() {
        watcher.close();
        client.close();
    }
}
