package io.holdfast.core.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What is logged under a name while this is open. */
public final class LogCapture extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger;
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

    private LogCapture(Logger logger) {
        this.logger = logger;
    }

    /** Begins. */
    public static LogCapture of(String loggerName) {
        LogCapture capture = new LogCapture((Logger) LoggerFactory.getLogger(loggerName));
        capture.start();
        capture.logger.addAppender(capture);
        return capture;
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing(); // its thread and context, while it is on that thread
        events.add(event);
    }

    /** The messages of that level or above, in their order. */
    public List<String> messages(Level level) {
        return events.stream()
                .filter(e -> e.getLevel().isGreaterOrEqual(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** Of the messages that contain that: the names of their threads, each with the value that its context has for a key. */
    public List<String> threads(String part, String key) {
        return events.stream()
                .filter(e -> e.getFormattedMessage().contains(part))
                .map(e -> e.getThreadName() + " " + e.getMDCPropertyMap().get(key))
                .toList();
    }

    /** The stack of the exception that the first message has that contains that; empty if it has none. */
    public String stackOf(String part) {
        return events.stream()
                .filter(e -> e.getFormattedMessage().contains(part) && e.getThrowableProxy() != null)
                .map(e -> ThrowableProxyUtil.asString(e.getThrowableProxy()))
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        stop();
    }
}
