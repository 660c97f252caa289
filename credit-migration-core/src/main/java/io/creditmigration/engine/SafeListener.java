package io.creditmigration.engine;

import io.creditmigration.MigrationListener;
import io.creditmigration.internal.Failures;
import io.creditmigration.spi.Printable;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a host's listener, and keeps its failures away from what is told. */
public final class SafeListener {

    /** Is told and does nothing. */
    public static final MigrationListener NONE = new MigrationListener() {
        @Override
        public String toString() {
            return "none";
        }
    };

    private static final Logger LOG = LoggerFactory.getLogger(MigrationListener.class);

    private final MigrationListener listener;

    public SafeListener(MigrationListener listener) {
        this.listener = listener;
    }

    /** Whether nobody listens, for callers that are asked on every request and should make no garbage then. */
    public boolean isNone() {
        return listener == NONE;
    }

    public void tell(Consumer<MigrationListener> event) {
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

    public static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
