package io.creditmigration.testkit;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;

/**
 * What every store has to pass. Each guarantee is a group of tests; further groups are the journal, single users, runs,
 * rollbacks, proof, and the notices of stores that keep some.
 *
 * <pre>{@code
 * final class MyStoreTest extends MigrationStoreContract {
 *     @Override
 *     protected HostApplication open(HostApplication.Setting setting) {
 *         return new MyHost(setting);
 *     }
 * }
 * }</pre>
 *
 * <p>No test can be overridden away. What a store or its host cannot do is reported as an aborted test.
 */
public abstract class MigrationStoreContract {

    /** For subclasses. */
    protected MigrationStoreContract() {}

    /** A new application without users; called once by each test, which closes it. */
    protected abstract HostApplication open(HostApplication.Setting setting);

    /**
     * How long something may take that must wait for nobody, or a bounded time only; 10 seconds unless said otherwise. It has
     * to be more than twice the time that a commit waits for a user's row.
     */
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    /** Guarantee 1. */
    @Nested
    @DisplayName("1. Exactly once")
    public final class ExactlyOnce extends ExactlyOnceContract {
        ExactlyOnce() {
            super(MigrationStoreContract.this);
        }
    }

    /** Guarantee 2. */
    @Nested
    @DisplayName("2. Nothing lost")
    public final class NothingLost extends NothingLostContract {
        NothingLost() {
            super(MigrationStoreContract.this);
        }
    }

    /** Guarantee 3. */
    @Nested
    @DisplayName("3. All or nothing")
    public final class AllOrNothing extends AllOrNothingContract {
        AllOrNothing() {
            super(MigrationStoreContract.this);
        }
    }

    /** Guarantee 4. */
    @Nested
    @DisplayName("4. Conserved")
    public final class Conserved extends ConservedContract {
        Conserved() {
            super(MigrationStoreContract.this);
        }
    }

    /** Guarantee 5. */
    @Nested
    @DisplayName("5. Reversible")
    public final class Reversible extends ReversibleContract {
        Reversible() {
            super(MigrationStoreContract.this);
        }
    }

    /** Guarantee 6. */
    @Nested
    @DisplayName("6. No interruption")
    public final class NoInterruption extends NoInterruptionContract {
        NoInterruption() {
            super(MigrationStoreContract.this);
        }
    }

    /** Guarantee 7. */
    @Nested
    @DisplayName("7. One bad user harms nobody")
    public final class OneBadUser extends OneBadUserContract {
        OneBadUser() {
            super(MigrationStoreContract.this);
        }
    }

    /** Guarantee 8. */
    @Nested
    @DisplayName("8. Dry is dry")
    public final class Dry extends DryContract {
        Dry() {
            super(MigrationStoreContract.this);
        }
    }

    /** Guarantee 9. */
    @Nested
    @DisplayName("9. Bad input is refused")
    public final class BadInput extends BadInputContract {
        BadInput() {
            super(MigrationStoreContract.this);
        }
    }

    /** Guarantee 11. */
    @Nested
    @DisplayName("11. A halt is a barrier")
    public final class HaltIsABarrier extends BarrierContract {
        HaltIsABarrier() {
            super(MigrationStoreContract.this);
        }
    }

    /** What users are told, and how often. */
    @Nested
    @DisplayName("Notices")
    public final class Notices extends NoticesContract {
        Notices() {
            super(MigrationStoreContract.this);
        }
    }

    /** What the journal says, and who writes its next line. */
    @Nested
    @DisplayName("Journal")
    public final class Journal extends JournalContract {
        Journal() {
            super(MigrationStoreContract.this);
        }
    }

    /** Which users a migration concerns, and what each of them gets. */
    @Nested
    @DisplayName("Who gets what")
    public final class WhoGetsWhat extends WhoGetsWhatContract {
        WhoGetsWhat() {
            super(MigrationStoreContract.this);
        }
    }

    /** Runs over whole populations. */
    @Nested
    @DisplayName("Runs")
    public final class Runs extends RunsContract {
        Runs() {
            super(MigrationStoreContract.this);
        }
    }

    /** What an operator knows before a run. */
    @Nested
    @DisplayName("Surveys")
    public final class Surveys extends SurveyContract {
        Surveys() {
            super(MigrationStoreContract.this);
        }
    }

    /** The rollback of one user. */
    @Nested
    @DisplayName("Rollback")
    public final class Rollback extends RollbackContract {
        Rollback() {
            super(MigrationStoreContract.this);
        }
    }

    /** Rollbacks of many users. */
    @Nested
    @DisplayName("Rollback runs")
    public final class RollbackRuns extends RollbackRunsContract {
        RollbackRuns() {
            super(MigrationStoreContract.this);
        }
    }

    /** A balance whose unit is in doubt is never multiplied. */
    @Nested
    @DisplayName("Out of step")
    public final class OutOfStep extends OutOfStepContract {
        OutOfStep() {
            super(MigrationStoreContract.this);
        }
    }

    /** What a balance is worth, and which migration's turn it is. */
    @Nested
    @DisplayName("Chain")
    public final class Chain extends ChainContract {
        Chain() {
            super(MigrationStoreContract.this);
        }
    }

    /** What is proved afterwards, sealed and told. */
    @Nested
    @DisplayName("Verified")
    public final class Verified extends VerifiedContract {
        Verified() {
            super(MigrationStoreContract.this);
        }
    }
}
