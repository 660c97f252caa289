package io.creditmigration;

import io.creditmigration.spi.Printable;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a developer what users would be told. */
final class LoggingNotifier implements Notifier {

    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

    @Override
    public Delivery deliver(NoticeMessage message) {
        LOG.info(
                "To user {}: {}\n{}",
                Printable.of(message.userId()),
                Printable.of(message.title()),
                message.body().lines().map(Printable::of).collect(Collectors.joining("\n")));
        return Delivery.accepted();
    }
}
