package io.creditmigration;

import io.creditmigration.internal.Arguments;
import org.jspecify.annotations.Nullable;

/**
 * How messages reach users: mail, push, an inbox of the host's. Where a user is reached is the host's matter; a message names
 * the user by the id as stored.
 *
 * <p>Delivery is at least once: a process that dies between delivering and marking delivers again, with the same
 * {@link NoticeMessage#idempotencyKey}. Hand the key on to whatever can tell two deliveries from one.
 *
 * <p>What is thrown means "not now": it is tried again later, with growing pauses, a bounded number of times. A notifier waits
 * for its server a bounded time only, less than half of {@link DispatchOptions#lease}. It is called by the threads that call
 * {@link NoticeDispatcher#dispatch}, never inside a migration.
 */
@FunctionalInterface
public interface Notifier {

    /** Delivers one message, or says that it never can be. */
    Delivery deliver(NoticeMessage message);

    /** Logs each message and delivers nothing: for development. It shows balances, so not for production. */
    static Notifier logging() {
        return new LoggingNotifier();
    }

    /**
     * What became of a message.
     *
     * @param refusal for operators, why it can never be delivered; null where it was
     */
    record Delivery(@Nullable String refusal) {

        private static final Delivery ACCEPTED = new Delivery(null);

        /** Delivered, as far as the notifier can tell. */
        public static Delivery accepted() {
            return ACCEPTED;
        }

        /** Refused for good: it becomes a dead letter at once. */
        public static Delivery refused(String why) {
            return new Delivery(Arguments.require("reason of a refusal", why));
        }
    }
}
