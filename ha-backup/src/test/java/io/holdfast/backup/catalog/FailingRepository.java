package io.holdfast.backup.catalog;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.CalledPieces;
import io.holdfast.backup.ResumablePut;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A repository of a process that dies, or of a disk that is full, at one call. */
public final class FailingRepository implements BackupRepository {
    /** The process is dead: nothing of its clean-up is done either. */
    public static final class Died extends Error {
        private static final long serialVersionUID = 1L;

        Died() {
            super("died");
        }
    }

    public enum Fault {
        /** It dies before the call does anything. */
        DIES_BEFORE,
        /** It dies when the call has done all, and has not returned. */
        DIES_AFTER,
        /** It dies in the midst of a content, or before a call that has none. */
        DIES_WITHIN,
        /** The call fails for lack of room, and later ones do not. */
        NO_SPACE,
        /** The call does all and is said to have failed. */
        FAILS_AFTER
    }

    /** Something that is done before a call, named by what it does and to what. */
    @FunctionalInterface
    public interface Hook {
        void before(String call, String name);
    }

    private final BackupRepository repository;
    private final Fault fault;
    private final int at;
    private int calls;
    private boolean dead;
    private Hook hook = (call, name) -> {};

    /** @param at the number of the call, from 0 on; less for none */
    public FailingRepository(BackupRepository repository, Fault fault, int at) {
        this.repository = repository;
        this.fault = fault;
        this.at = at;
    }

    /** One that fails by what is thrown before a call, if at all. */
    public static FailingRepository hooked(BackupRepository repository, Hook hook) {
        FailingRepository hooked = new FailingRepository(repository, Fault.NO_SPACE, -1);
        hooked.hook = hook;
        return hooked;
    }

    /** True if the call with the fault has come. */
    public boolean reached() {
        return calls > at;
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws IOException;
    }

    private <T> T run(String call, String name, Call<T> real) throws IOException {
        hook.before(call, name);
        if (dead) {
            throw new Died();
        }
        boolean now = calls++ == at;
        if (now && (fault == Fault.DIES_BEFORE || (fault == Fault.DIES_WITHIN && !call.equals("put")))) {
            dead = true;
            throw new Died();
        }
        if (now && fault == Fault.NO_SPACE && !call.equals("list") && !call.equals("read")) {
            throw new BackupRepositoryException(Reason.NO_SPACE, "full: " + name, null);
        }
        T result = real.run();
        if (now && fault == Fault.DIES_AFTER) {
            dead = true;
            throw new Died();
        }
        if (now && fault == Fault.FAILS_AFTER) {
            throw new BackupRepositoryException(Reason.FAILED, "who knows: " + name, null);
        }
        return result;
    }

    private <T> T quiet(String call, String name, Call<T> real) {
        try {
            return run(call, name, real);
        } catch (IOException never) {
            throw new IllegalStateException(never);
        }
    }

    @Override
    public boolean putIfAbsent(String name, Content content) throws IOException {
        boolean within = calls == at && fault == Fault.DIES_WITHIN;
        return run("put", name, () -> repository.putIfAbsent(name, within ? dying(content) : content));
    }

    private Content dying(Content content) {
        return out -> content.writeTo(new OutputStream() {
            @Override
            public void write(int b) {
                dead = true;
                throw new Died();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length / 2);
                dead = true;
                throw new Died();
            }
        });
    }

    @Override
    public Optional<ResumablePut> resumable(String name, long bytes, String content) {
        return quiet("list", name, () -> repository.resumable(name, bytes, content))
                .map(pieces -> new CalledPieces(
                        pieces,
                        body -> run("put", name, () -> {
                            body.run();
                            return true;
                        })));
    }

    @Override
    public InputStream read(String name, long offset) {
        return quiet("read", name, () -> repository.read(name, offset));
    }

    @Override
    public long size(String name) {
        return quiet("read", name, () -> repository.size(name));
    }

    @Override
    public List<Stored> list(String prefix) {
        return quiet("list", prefix, () -> repository.list(prefix));
    }

    @Override
    public boolean delete(String name) {
        return quiet("delete", name, () -> repository.delete(name));
    }

    @Override
    public int collectUnfinished(Duration silentFor) {
        return quiet("collect", "", () -> repository.collectUnfinished(silentFor));
    }

    @Override
    public String describe() {
        return repository.describe();
    }
}
