package io.creditmigration.internal;

import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a host's listener, and keeps its failures away from what is told.
 *
 * @param <L> the kind of listener
 */
public final class SafeListener<L> {

    private static final Logger LOG = LoggerFactory.getLogger(SafeListener.class);

    private final L listener;
    private final boolean none;

    /** Tells this listener, or nobody if it is the one that does nothing. */
    public SafeListener(L listener, L none) {
        this.listener = listener;
        this.none = listener == none;
    }

    /** Whether nobody listens, for callers that are asked on every request and should make no garbage then. */
    public boolean isNone() {
        return none;
    }

    /** Tells it; what it throws is logged, unless the virtual machine cannot go on. */
    public void tell(Consumer<L> event) {
        if (none) {
            return;
        }
        try {
            event.accept(listener);
        } catch (Throwable e) {
            Failures.rethrowFatal(e);
            LOG.warn("A listener failed, which changes nothing", e);
        }
    }

    /** The time since this reading of {@link System#nanoTime()}. */
    public static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
