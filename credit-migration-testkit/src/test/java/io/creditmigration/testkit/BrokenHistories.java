package io.creditmigration.testkit;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.RollbackData;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.UserChange;
import io.creditmigration.testkit.BrokenStoresTest.Broken;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stores and clocks that break a guarantee only where somebody comes between, or something fails. */
final class BrokenHistories {

    private BrokenHistories() {}

    /** The line is written first, and stays where the rest is not. */
    static final class WithLineOutsideTheTransaction extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean accountMatches(Migration migration, Account found, UserChange change) {
                    if (super.lineIsNext(found, change)) {
                        super.writeLine(found, change.line(), 0, null);
                    }
                    return super.accountMatches(migration, found, change);
                }

                @Override
                boolean lineIsNext(Account found, UserChange change) {
                    return found.journal.stream()
                            .anyMatch(stored -> stored.line().equals(change.line()));
                }

                @Override
                void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
                    draft.journal.removeIf(stored -> stored.line().equals(line));
                    super.writeLine(draft, line, copied, runId);
                }
            };
        }
    }

    /** The page's position and figures are written, and then its users. */
    static final class WithCheckpointBeforeCommit extends Broken {

        private final ThreadLocal<String> written = new ThreadLocal<>();

        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
                    super.writeLine(draft, line, copied, runId == null ? written.get() : runId);
                }
            };
        }

        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public Page page(
                        Migration migration,
                        String runId,
                        @Nullable Integer range,
                        int limit,
                        Instant now,
                        PageWork work) {
                    List<UserChange> changes = new ArrayList<>();
                    Page page = store.page(migration, runId, range, limit, now, new DelegatingWork(work) {
                        @Override
                        public Decided decide(Users users) {
                            Decided decided = super.decide(users);
                            changes.addAll(decided.changes());
                            return new Decided(decided.users(), List.of());
                        }

                        @Override
                        public Optional<Counted> count(List<CommitResult> results) {
                            return super.count(changes.stream()
                                    .map(change -> CommitResult.committed(0))
                                    .toList());
                        }
                    });
                    written.set(runId);
                    changes.forEach(change -> store.commit(migration, change));
                    written.remove();
                    return page;
                }
            };
        }
    }

    /** Takes back what the balance is by now, at the inverse rate, and not what the user had. */
    static final class WithRollbackByInverseRate extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public CommitResult commit(Migration migration, UserChange change) {
                    return store.commit(migration, inverse(change));
                }
            };
        }

        private static UserChange inverse(UserChange change) {
            RollbackData data = change.record().rollbackData();
            JournalLine line = change.line();
            Credits current = change.expected().user().credits();
            if (change.kind() != UserChange.Kind.ROLL_BACK
                    || data == null
                    || current == null
                    || data.oldRate() == null) {
                return change;
            }
            CreditRate newRate = Objects.requireNonNull(data.newRate());
            Credits back =
                    Credits.of(current.worthAt(newRate).divide(data.oldRate().perCredit(), 4, RoundingMode.HALF_EVEN));
            return new UserChange(
                    change.kind(),
                    change.expected(),
                    back,
                    new JournalLine(
                            line.migrationId(),
                            line.userId(),
                            line.number(),
                            line.kind(),
                            line.trigger(),
                            line.actor(),
                            line.at(),
                            line.standing(),
                            new JournalLine.Figures(
                                    line.oldCredits(), back, line.oldRate(), line.newRate(), Credits.ZERO, null, null),
                            line.reason(),
                            line.error()),
                    change.notice(),
                    change.noticeDue());
        }
    }

    /** A clock by which what is remembered grows no older, while records have their times. */
    static Clock standingStill(Clock clock) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return clock.getZone();
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return clock.instant();
            }

            @Override
            public long millis() {
                return 0;
            }
        };
    }
}
