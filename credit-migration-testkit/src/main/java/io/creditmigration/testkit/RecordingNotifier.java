package io.creditmigration.testkit;

import io.creditmigration.NoticeMessage;
import io.creditmigration.Notifier;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A notifier that keeps what it is given, until told otherwise.
 *
 * <pre>{@code
 * RecordingNotifier notifier = new RecordingNotifier();
 * notifier.fail(new IllegalStateException("the server is down"));      // the next delivery
 * notifier.refuse("bob");                                              // all of bob's, for good
 * assertThat(notifier.messagesTo("ann")).hasSize(1);
 * }</pre>
 *
 * <p>Failures happen once each, in order. Thread-safe.
 */
public final class RecordingNotifier implements Notifier {

    private final List<NoticeMessage> messages = new CopyOnWriteArrayList<>();
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    /** A notifier that accepts everything. */
    public RecordingNotifier() {}

    /** Fails the next delivery that has not been asked to fail yet. */
    public void fail(RuntimeException failure) {
        failures.add(failure);
    }

    /** From now on, refuses messages to this user for good. */
    public void refuse(String userId) {
        refused.add(userId);
    }

    @Override
    public Delivery deliver(NoticeMessage message) {
        RuntimeException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        if (refused.contains(message.userId())) {
            return Delivery.refused("user " + message.userId() + " is refused, as a test has asked for");
        }
        messages.add(message);
        return Delivery.accepted();
    }

    /** What was delivered, in order. */
    public List<NoticeMessage> messages() {
        return List.copyOf(messages);
    }

    /** What was delivered to this user, in order. */
    public List<NoticeMessage> messagesTo(String userId) {
        return messages.stream()
                .filter(message -> message.userId().equals(userId))
                .toList();
    }
}
