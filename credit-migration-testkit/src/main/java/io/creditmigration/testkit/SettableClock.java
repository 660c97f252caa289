package io.creditmigration.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until a test moves it. Thread-safe; clocks of other zones made from it move with it. */
public final class SettableClock extends Clock {

    private final AtomicReference<Instant> now;
    private final ZoneId zone;

    private SettableClock(AtomicReference<Instant> now, ZoneId zone) {
        this.now = now;
        this.zone = zone;
    }

    /** A clock in UTC that stands at this instant. */
    public static SettableClock at(Instant now) {
        return new SettableClock(new AtomicReference<>(now), ZoneOffset.UTC);
    }

    /** Moves the clock to this instant, forward or back. */
    public void set(Instant instant) {
        now.set(instant);
    }

    /** Moves the clock on by this duration; a negative one moves it back. */
    public void advance(Duration duration) {
        now.updateAndGet(instant -> instant.plus(duration));
    }

    @Override
    public Instant instant() {
        return Objects.requireNonNull(now.get(), "the time");
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public SettableClock withZone(ZoneId newZone) {
        return new SettableClock(now, newZone);
    }
}
