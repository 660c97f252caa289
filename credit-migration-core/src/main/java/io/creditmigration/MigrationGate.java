package io.creditmigration;

import io.creditmigration.GateDecision.Allowed;
import io.creditmigration.GateDecision.MigrationRequired;
import io.creditmigration.GateDecision.StoreFailed;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.spi.Printable;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a middleware asks on each request.
 *
 * <pre>{@code
 * MigrationGate gate = MigrationGate.of(migrations);
 * if (gate.check(userId) instanceof MigrationRequired required) return forbidden(required.quote().token());
 * }</pre>
 *
 * <p>It migrates users without credits on the way and lets the same request pass, and blocks only who is subject, has
 * credits above zero, has to confirm, is inside the rollout while nothing is halted, and neither failed nor was rolled
 * back (design, part 7). Leave the paths where users see and confirm their quote outside the gate.
 *
 * <p>Users known to be migrated cost no round trip: the service remembers a bounded number of them for a bounded time
 * ({@link MigrationOptions}), and forgets them within two seconds when another node rolls users back. A user with credits costs
 * one read per request, unless {@link MigrationOptions#blockedFor} says that an answer is repeated for a moment. Thread-safe.
 */
public final class MigrationGate {

    /** The answer for one status, made once so that a request costs no garbage, and how often it was given. */
    private record Passage(Allowed allowed, LongAdder count) {}

    private static final Logger LOG = LoggerFactory.getLogger(MigrationGate.class);
    private static final Set<Status> WORTH_A_LOOK = EnumSet.of(
            Status.UNKNOWN_USER,
            Status.OUT_OF_STEP,
            Status.ABSENT_BALANCE,
            Status.NEGATIVE_BALANCE,
            Status.CONTENDED,
            Status.FAILED,
            Status.FAILED_UNRECORDED);

    /** What an {@link InvalidValueException} calls the id. */
    private static final String USER_ID = "user id";

    private final MigrationService migrations;
    private final boolean openOnFailure;
    private final Map<Status, Passage> passages = new EnumMap<>(Status.class);
    private final LongAdder blocked = new LongAdder();
    private final LongAdder storeFailures = new LongAdder();

    private MigrationGate(MigrationService migrations, boolean openOnFailure) {
        this.migrations = Names.given("migrations", migrations);
        this.openOnFailure = openOnFailure;
        for (Status status : Status.values()) {
            passages.put(status, new Passage(new Allowed(status), new LongAdder()));
        }
    }

    /** A gate that lets requests pass when the store fails, whatever it throws. */
    public static MigrationGate of(MigrationService migrations) {
        return new MigrationGate(migrations, true);
    }

    /** A gate that blocks requests when the store fails, except of users known to be migrated. */
    public static MigrationGate closedOnFailure(MigrationService migrations) {
        return new MigrationGate(migrations, false);
    }

    /**
     * Whether this user's request goes through. An id that no user can have, such as a login name where the ids are UUIDs,
     * is that of an unknown user: the request goes through, and a warning names the id.
     */
    public GateDecision check(String userId) {
        Names.given(USER_ID, userId);
        MigrationResult result;
        try {
            if (migrations.isKnownMigrated(userId)) {
                return allow(Status.ALREADY_MIGRATED);
            }
            Quote remembered = migrations.rememberedQuote(userId);
            if (remembered != null) {
                return block(remembered);
            }
            result = migrations.autoMigrateIfZeroCredits(userId);
        } catch (InvalidValueException e) {
            if (!e.what().equals(USER_ID)) {
                return failed(e);
            }
            if (migrations.isNewsOf(e.value())) {
                LOG.warn("The gate lets a request pass: {}", e.getMessage());
            }
            return allow(Status.UNKNOWN_USER);
        } catch (CreditMigrationException e) {
            return failed(e);
        } catch (Throwable e) {
            Failures.rethrowFatal(e);
            return failed(new StoreException(StoreException.Kind.UNAVAILABLE, Failures.describe(e), e));
        }
        if (result.quote() != null) {
            return block(result.quote());
        }
        if (WORTH_A_LOOK.contains(result.status()) && migrations.isNewsOf(result.userId())) {
            LOG.warn("The gate lets user {} pass: {}", Printable.of(result.userId()), result.status());
        }
        return allow(result.status());
    }

    /** Requests that went through since the gate was made, by where their users stood. */
    public Map<Status, Long> passed() {
        Map<Status, Long> sums = new EnumMap<>(Status.class);
        passages.forEach((status, passage) -> sums.put(status, passage.count().sum()));
        return Collections.unmodifiableMap(sums);
    }

    /** Requests that were answered with a quote since the gate was made. */
    public long blocked() {
        return blocked.sum();
    }

    /** Requests during which the store failed since the gate was made. */
    public long storeFailures() {
        return storeFailures.sum();
    }

    private MigrationRequired block(Quote quote) {
        blocked.increment();
        return migrations.told(new MigrationRequired(quote));
    }

    private StoreFailed failed(CreditMigrationException failure) {
        storeFailures.increment();
        LOG.warn(
                "The gate is {} because the store failed: {}",
                openOnFailure ? "open" : "closed",
                Printable.of(failure.getMessage()));
        return migrations.told(new StoreFailed(openOnFailure, failure));
    }

    private Allowed allow(Status status) {
        Passage passage = Objects.requireNonNull(passages.get(status));
        passage.count().increment();
        return migrations.told(passage.allowed());
    }
}
