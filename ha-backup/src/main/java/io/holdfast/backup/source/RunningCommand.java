package io.holdfast.backup.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command's process. Reading a pipe cannot be interrupted and has no time limit; so threads of its own move its bytes, through a
 * bounded queue, and the caller waits where it can be woken. Closing kills what still runs. To be used by one thread.
 */
final class RunningCommand implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningCommand.class);
    private static final int CHUNK = 64 * 1024;
    private static final int CHUNKS = 16;
    private static final byte[] END = new byte[0];
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final String HOLDS_INPUT =
            "has left a process behind that holds its input open and does not take it";
    private static final int SIGNALLED = 128;
    private static final int MOST_SIGNALS = 64;

    private final Command command;
    private final Process process;
    private final Deadline deadline;
    private final long lastWordsNanos;
    private final Tail errors;
    private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(CHUNKS);
    private final List<Pump> pumps = new ArrayList<>();
    /** What writes to it; null if it gets no input. */
    private @Nullable Pump input;

    private volatile @Nullable IOException broken;
    private volatile boolean saysTooMuch;
    private volatile boolean refusesInput;

    private RunningCommand(Command command, Process process, Tail errors) {
        this.command = command;
        this.process = process;
        this.deadline = Deadline.in(command.limit());
        this.lastWordsNanos = command.lastWords().toNanos();
        this.errors = errors;
    }

    /** What is told now and then while nothing comes. */
    @FunctionalInterface
    interface Alive {
        /** Half the time in which a sign of life is expected. */
        long EVERY_NANOS = TimeUnit.SECONDS.toNanos(30);

        void alive() throws IOException;
    }

    /**
     * Starts it.
     *
     * @param more variables of its environment
     * @param fed whether it gets any input; if so, {@link #feed} has to follow, and else {@link #copyTo}
     */
    static RunningCommand start(Command command, Map<String, String> more, boolean fed) throws SourceFailedException {
        ProcessBuilder builder = new ProcessBuilder(command.line());
        if (command.directory() != null) {
            builder.directory(command.directory().toFile());
        }
        List<String> secrets = new ArrayList<>();
        command.environment().forEach((name, supplier) -> {
            String value = supplier.get();
            secrets.add(value);
            builder.environment().put(name, value);
        });
        builder.environment().putAll(more);
        Process process;
        try {
            process = builder.start();
        } catch (IOException failed) {
            throw new SourceFailedException(
                    "\"" + command + "\" cannot be started; is it installed, and in the path of this process? "
                            + failed.getMessage(),
                    failed);
        }
        RunningCommand running = new RunningCommand(command, process, new Tail(secrets));
        running.pump("err", running::listen);
        if (fed) {
            Tail output = new Tail(secrets);
            running.pump("out", () -> running.drain(output));
            running.input = running.pump("in", running::write);
        } else {
            running.closeInput();
            running.pump("out", running::read);
        }
        LOG.debug("started \"{}\" as process {}", command, process.pid());
        return running;
    }

    private record Pump(Thread thread, CountDownLatch ended, long lastWordsNanos) {
        boolean awaitEnd() throws InterruptedException {
            return ended.await(lastWordsNanos, TimeUnit.NANOSECONDS);
        }

        boolean hasEnded() {
            return ended.getCount() == 0;
        }
    }

    private Pump pump(String name, Runnable work) {
        CountDownLatch ended = new CountDownLatch(1);
        Runnable whole = () -> {
            try {
                work.run();
            } finally {
                ended.countDown();
            }
        };
        Thread thread = new Thread(whole, "holdfast-command-" + name + "-" + process.pid());
        thread.setDaemon(true);
        Pump pump = new Pump(thread, ended, lastWordsNanos);
        pumps.add(pump);
        thread.start();
        return pump;
    }

    /** What it has written, until it ends; nowhere if {@code out} is null. */
    long copyTo(@Nullable OutputStream out, Alive alive, long aliveEveryNanos)
            throws IOException, InterruptedException {
        long copied = 0;
        long silent = 0;
        long silentAfterEnd = 0;
        while (true) {
            checkGoing();
            Interrupted.check("\"" + command + "\" is killed");
            byte @Nullable [] chunk = queue.poll(Math.min(LOOK_EVERY_NANOS, deadline.left()), TimeUnit.NANOSECONDS);
            if (chunk == END) {
                return copied;
            } else if (chunk != null) {
                copied += chunk.length;
                silent = 0;
                if (out != null) {
                    out.write(chunk, 0, chunk.length);
                }
            } else {
                silent += LOOK_EVERY_NANOS;
                if (silent >= aliveEveryNanos) {
                    silent = 0;
                    alive.alive();
                }
                silentAfterEnd += process.isAlive() ? 0 : LOOK_EVERY_NANOS;
                if (silentAfterEnd >= lastWordsNanos) {
                    throw failed("has left a process behind that holds its output open, so there is no end to it");
                }
            }
        }
    }

    /** Gives it all of that as its input. */
    long feed(InputStream part) throws IOException, InterruptedException {
        long fed = 0;
        byte[] buffer = new byte[CHUNK];
        int read = part.read(buffer);
        while (read >= 0 && !refusesInput) {
            offer(Arrays.copyOf(buffer, read));
            fed += read;
            read = part.read(buffer);
        }
        offer(END);
        return fed;
    }

    private void offer(byte[] chunk) throws SourceFailedException, InterruptedException {
        long waitedAfterEnd = 0;
        while (!refusesInput) {
            checkGoing();
            Interrupted.check("\"" + command + "\" is killed");
            if (queue.offer(chunk, Math.min(LOOK_EVERY_NANOS, deadline.left()), TimeUnit.NANOSECONDS)) {
                return;
            }
            waitedAfterEnd += process.isAlive() ? 0 : LOOK_EVERY_NANOS;
            if (waitedAfterEnd >= lastWordsNanos) {
                throw failed(HOLDS_INPUT);
            }
        }
    }

    private void checkGoing() throws SourceFailedException {
        if (saysTooMuch) {
            throw failed("wrote more than " + command.longestErrors() + " bytes to standard error, and was killed");
        }
        if (deadline.left() <= 0) {
            throw failed("took longer than " + command.limit() + ", and was killed");
        }
        IOException cause = broken;
        if (cause != null) {
            SourceFailedException failed = failed("could not be read from: " + cause);
            failed.initCause(cause);
            throw failed;
        }
    }

    /** Waits until it has ended, and fails unless it was well. */
    void finish() throws SourceFailedException, InterruptedException {
        boolean ended = process.waitFor(Math.max(1, deadline.left()), TimeUnit.NANOSECONDS);
        if (!ended) {
            throw failed("took longer than " + command.limit() + ", and was killed");
        }
        awaitLastWords();
        if (saysTooMuch) {
            checkGoing();
        }
        if (process.exitValue() != 0) {
            throw failed("ended with " + status());
        }
        checkInputTaken();
        List<String> said = said();
        if (!said.isEmpty()) {
            LOG.info("\"{}\" is through, and wrote to standard error: {}", command, said);
        }
    }

    /** A process may have ended well while its input waited for it; only who writes it learns that nobody reads it any more. */
    private void checkInputTaken() throws SourceFailedException, InterruptedException {
        if (input != null && !input.awaitEnd()) {
            throw failed(HOLDS_INPUT);
        }
        if (refusesInput) {
            throw failed("ended without having taken all of its input");
        }
    }

    /** The last lines of its standard error. */
    List<String> said() {
        return errors.lines();
    }

    private void awaitLastWords() throws InterruptedException {
        // A process that was left behind may hold them open for ever.
        if (!pumps.get(0).awaitEnd()) {
            LOG.debug("the standard error of \"{}\" stays open", command);
        }
    }

    private String status() {
        int status = process.exitValue();
        boolean signal = status > SIGNALLED && status <= SIGNALLED + MOST_SIGNALS;
        return "status " + status + (signal ? ", as by signal " + (status - SIGNALLED) : "");
    }

    private SourceFailedException failed(String how) {
        kill();
        try {
            awaitLastWords();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        List<String> said = said();
        LOG.warn("\"{}\" {}; the last lines of its standard error: {}", command, how, said);
        return new SourceFailedException("\"" + command + "\" " + how
                + (said.isEmpty() ? "; it wrote nothing to standard error" : ": " + String.join(" | ", said)));
    }

    private void kill() {
        if (!process.isAlive()) {
            return; // its id may be somebody else's by now
        }
        // Not by the process itself, which would close its input, too, and let a child take that for the end of the
        // data.
        ProcessTree.kill(process.toHandle());
    }

    /** Kills what still runs, before it could see its input end. */
    @Override
    public void close() {
        if (process.isAlive()) {
            LOG.warn("\"{}\", process {}, is killed with all that it has started", command, process.pid());
        }
        kill();
        boolean interrupted = Thread.interrupted();
        boolean left = false;
        try {
            left = !process.waitFor(lastWordsNanos, TimeUnit.NANOSECONDS);
            for (Pump pump : pumps) {
                pump.thread().interrupt();
                left |= !pump.awaitEnd();
            }
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (left) {
            LOG.warn("\"{}\" has left a process behind, which holds its input or output open; end it by hand", command);
        }
        if (input == null || input.hasEnded()) {
            closeInput();
        } else {
            // Who writes holds the stream's lock, and closing it would wait for as long as nobody reads.
            LOG.debug("the input of \"{}\" stays open until nobody holds it any more", command);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException gone) {
            LOG.debug("the input of \"{}\" was closed already: {}", command, gone.toString());
        }
    }

    // What the pumps do.

    private void listen() {
        byte[] buffer = new byte[CHUNK];
        try {
            InputStream in = process.getErrorStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                errors.add(buffer, read);
                if (errors.total() > command.longestErrors() && !saysTooMuch) {
                    saysTooMuch = true;
                    kill();
                }
            }
        } catch (IOException closed) {
            LOG.debug("the standard error of \"{}\" was closed: {}", command, closed.toString());
        }
    }

    /**
     * Holds the stream's lock all the time: Java takes it when the process has ended, to read what there is and close the pipe,
     * whoever else may still write to it.
     */
    private void read() {
        byte[] buffer = new byte[CHUNK];
        InputStream in = process.getInputStream();
        try {
            synchronized (in) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    queue.put(Arrays.copyOf(buffer, read));
                }
            }
            queue.put(END);
        } catch (IOException closed) {
            broken = closed;
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
        }
    }

    private void drain(Tail output) {
        byte[] buffer = new byte[CHUNK];
        try {
            InputStream in = process.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                output.add(buffer, read);
            }
        } catch (IOException closed) {
            LOG.debug("the output of \"{}\" was closed: {}", command, closed.toString());
        }
        List<String> lines = output.lines();
        if (!lines.isEmpty()) {
            LOG.info("\"{}\" wrote to standard output, at the end: {}", command, lines);
        }
    }

    private void write() {
        try {
            OutputStream out = process.getOutputStream();
            for (byte[] chunk = queue.take(); chunk != END; chunk = queue.take()) {
                out.write(chunk);
            }
            out.close();
        } catch (IOException refused) {
            refusesInput = true;
            queue.clear();
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
        }
    }
}
