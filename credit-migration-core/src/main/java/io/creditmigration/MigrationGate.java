package io.creditmigration;

import io.creditmigration.GateDecision.Allowed;
import io.creditmigration.GateDecision.MigrationRequired;
import io.creditmigration.GateDecision.StoreFailed;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.internal.Arguments;
import io.creditmigration.internal.Failures;
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
 * <p>It migrates users without credits and lets the same request pass. It blocks a user only if all of this holds: the user
 * is subject, has credits above zero, must confirm, is inside the rollout, and has neither failed nor been rolled back; and
 * nothing is halted. Keep the pages where users see and confirm their quote outside the gate.
 *
 * <p>Users known to be migrated cost no round trip: the service remembers a bounded number of them for a bounded time
 * ({@link MigrationOptions}), and forgets them within two seconds when another node rolls users back. A user with credits costs
 * one read per request, unless {@link MigrationOptions#blockedFor} says that an answer is repeated for a moment.
 *
 * <p>A store that fails again and again is given a rest: after 5 failures in a row the gate answers by its rule for failures for
 * 2 seconds without asking, then one request asks again ({@link MigrationOptions#withStoreRest}). Users known to be migrated pass
 * all the while. Thread-safe.
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
    private final StoreCircuit circuit;
    private final Map<Status, Passage> passages = new EnumMap<>(Status.class);
    private final LongAdder blocked = new LongAdder();
    private final LongAdder storeFailures = new LongAdder();

    private MigrationGate(MigrationService migrations, boolean openOnFailure) {
        this.migrations = Arguments.require("migrations", migrations);
        this.openOnFailure = openOnFailure;
        this.circuit = new StoreCircuit(migrations.options().storeRest(), System::nanoTime);
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
        Arguments.require(USER_ID, userId);
        MigrationResult result;
        try {
            if (migrations.isKnownMigrated(userId)) {
                return allow(Status.ALREADY_MIGRATED);
            }
            Quote remembered = migrations.rememberedQuote(userId);
            if (remembered != null) {
                return block(remembered);
            }
            CreditMigrationException resting = circuit.rests();
            if (resting != null) {
                storeFailures.increment();
                return new StoreFailed(openOnFailure, resting);
            }
            result = migrations.autoMigrateIfZeroCredits(userId);
            circuit.answered();
        } catch (InvalidValueException e) {
            if (!e.what().equals(USER_ID)) {
                return failed(e);
            }
            if (migrations.shouldWarn(e.value())) {
                LOG.warn("The gate lets a request pass: {}", e.getMessage());
            }
            return allow(Status.UNKNOWN_USER);
        } catch (DefinitionConflictException e) {
            // A node with another definition than the one that is registered: nobody's requests are its business.
            storeFailures.increment();
            LOG.warn("The gate lets a request pass: {}", Printable.of(e.getMessage()));
            return new StoreFailed(/* passes= */ true, e);
        } catch (CreditMigrationException e) {
            return failed(e);
        } catch (Throwable e) {
            Failures.rethrowFatal(e);
            return failed(new StoreException(StoreException.Kind.UNAVAILABLE, Failures.describe(e), e));
        }
        if (result.quote() != null) {
            return block(result.quote());
        }
        if (WORTH_A_LOOK.contains(result.status()) && migrations.shouldWarn(result.userId())) {
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

    /** Requests during which the store failed, or rested after failures, since the gate was made. */
    public long storeFailures() {
        return storeFailures.sum();
    }

    private MigrationRequired block(Quote quote) {
        blocked.increment();
        return migrations.told(new MigrationRequired(quote));
    }

    private StoreFailed failed(CreditMigrationException failure) {
        storeFailures.increment();
        boolean rests = circuit.failed(failure);
        LOG.warn(
                "The gate is {} because the store failed{}: {}",
                openOnFailure ? "open" : "closed",
                rests ? ", and does not ask it for a while" : "",
                Printable.of(failure.getMessage()));
        return migrations.told(new StoreFailed(openOnFailure, failure));
    }

    private Allowed allow(Status status) {
        Passage passage = Objects.requireNonNull(passages.get(status));
        passage.count().increment();
        return migrations.told(passage.allowed());
    }
}
