package io.creditmigration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a developer what users would be told. */
final class LoggingNotifier implements Notifier {

    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

    @Override
    public Delivery deliver(NoticeMessage message) {
        LOG.info("To user {}: {}\n{}", message.userId(), message.title(), message.body());
        return Delivery.accepted();
    }
}
