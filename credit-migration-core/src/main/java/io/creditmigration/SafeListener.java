package io.creditmigration;

import io.creditmigration.spi.Printable;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a host's listener, and keeps its failures away from what is told. */
final class SafeListener {

    /** Is told and does nothing. */
    static final MigrationListener NONE = new MigrationListener() {
        @Override
        public String toString() {
            return "none";
        }
    };

    private static final Logger LOG = LoggerFactory.getLogger(MigrationListener.class);

    private final MigrationListener listener;

    SafeListener(MigrationListener listener) {
        this.listener = listener;
    }

    /** Whether nobody listens, for callers that are asked on every request and should make no garbage then. */
    boolean isNone() {
        return listener == NONE;
    }

    void tell(Consumer<MigrationListener> event) {
        if (isNone()) {
            return;
        }
        try {
            event.accept(listener);
        } catch (Throwable e) {
            Failures.rethrowFatal(e);
            LOG.warn("A listener failed, which changes nothing: {}", Printable.of(Failures.describe(e)), e);
        }
    }

    static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
