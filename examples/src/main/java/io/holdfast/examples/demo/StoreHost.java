package io.holdfast.examples.demo;

import io.holdfast.examples.demo.DemoOptions.StoreKind;
import io.holdfast.examples.store.Attempt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The store outside the cluster: a process of its own, and gone with the run. */
interface StoreHost extends Child {
    /** Starts what was asked for, or the best that is there. */
    static StoreHost start(StoreKind kind, Path data, Children children, Display display) throws IOException {
        if (kind != StoreKind.FILE) {
            Optional<PostgresPrograms> programs = PostgresPrograms.find();
            if (programs.isEmpty() && kind == StoreKind.POSTGRESQL) {
                throw new DemoFailure(
                        "there is no PostgreSQL server here that could be started: " + PostgresPrograms.HOW_TO_INSTALL);
            }
            if (programs.isPresent()) {
                try {
                    return children.add(() -> PostgresHost.start(programs.get(), data.resolve("store.log")));
                } catch (IOException e) {
                    if (kind == StoreKind.POSTGRESQL) {
                        throw new DemoFailure("PostgreSQL does not start: " + e.getMessage());
                    }
                    display.plain("PostgreSQL does not start (" + e.getMessage() + "); the store is a file");
                }
            }
        }
        return FileStoreHost.start(data, children);
    }

    /** What it is, for people. */
    String description();

    /** Where a node finds it, see {@link io.holdfast.examples.store.OutsideStore#connect}. */
    String address();

    /** All writes that reached it, by its own record. */
    List<Attempt> record() throws IOException;
}
