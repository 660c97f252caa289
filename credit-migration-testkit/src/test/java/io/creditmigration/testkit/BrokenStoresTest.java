package io.creditmigration.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;

import io.creditmigration.Actor;
import io.creditmigration.Barrier;
import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Notice;
import io.creditmigration.Rollout;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Seal;
import io.creditmigration.StoreException;
import io.creditmigration.Tally;
import io.creditmigration.Trigger;
import io.creditmigration.Usage;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import io.creditmigration.spi.Cause;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.spi.Page;
import io.creditmigration.spi.PageWork;
import io.creditmigration.spi.Registration;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.StoredDefinition;
import io.creditmigration.spi.StoredRow;
import io.creditmigration.spi.UserChange;
import io.creditmigration.spi.UserState;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** For each guarantee, stores that break it in one step, and the tests of its group that must notice. */
final class BrokenStoresTest {

    static Stream<Arguments> broken() {
        return Stream.of(
                arguments(
                        WithoutCompareAndSet.class,
                        MigrationStoreContract.ExactlyOnce.class,
                        List.of(
                                "another_node_between_read_and_write_leaves_nothing_to_do",
                                "another_node_between_read_and_write_of_a_grant_leaves_nothing_to_do",
                                "another_node_while_a_page_is_decided_leaves_its_users_alone")),
                arguments(
                        WithLinesOfOneNumber.class,
                        MigrationStoreContract.Journal.class,
                        List.of(
                                "of_two_who_write_a_users_next_line_one_is_stale",
                                "lines_are_numbered_over_all_migrations_and_a_line_of_another_one_is_stale_too")),
                arguments(
                        WithLinesNumberedByTheStore.class,
                        MigrationStoreContract.Journal.class,
                        List.of("lines_are_numbered_over_all_migrations_and_a_line_of_another_one_is_stale_too")),
                arguments(
                        WithGrantsForgottenOnceTakenBack.class,
                        MigrationStoreContract.Journal.class,
                        List.of(
                                "migrate, spend 15, rollback: ROLLED_BACK ROLLED_BACK 1 15 2 1",
                                "migrate, spend 15, rollback, reopen: REOPENED PENDING 2 15 2 0",
                                "migrate, spend 15, rollback, reopen, fail: FAILED FAILED 2 15 2 0",
                                "migrate, spend 15, rollback, reopen, migrate: MIGRATED COMPLETED 2 15 2 4")),
                arguments(
                        WithFiguresForgottenByLaterLines.class,
                        MigrationStoreContract.Journal.class,
                        List.of(
                                "migrate, rollback: ROLLED_BACK ROLLED_BACK 1 0 2 1",
                                "migrate, late, catch up: CAUGHT_UP COMPLETED 1 0 3 1")),
                arguments(
                        WithLinesThatForgetWhatWasCopied.class,
                        MigrationStoreContract.Journal.class,
                        List.of(
                                "migrate: MIGRATED COMPLETED 1 0 2 1",
                                "migrate, late, catch up: CAUGHT_UP COMPLETED 1 0 3 1",
                                "a_run_catches_up_in_its_sweep_and_only_once")),
                arguments(
                        WithLinesThatForgetWhatWasCopied.class,
                        MigrationStoreContract.Verified.class,
                        List.of(
                                "nothing_is_found_after_grants_with_history_taken_back_and_given_again",
                                "a_late_operation_that_was_caught_up_is_in_the_history")),
                arguments(
                        WithoutLinesOfFailures.class,
                        MigrationStoreContract.Journal.class,
                        List.of(
                                "fail: FAILED FAILED 1 0 0 0",
                                "a_failure_names_what_brought_it_about",
                                "a_line_of_a_run_names_the_run")),
                arguments(
                        WithoutLinesOfFailures.class,
                        MigrationStoreContract.OneBadUser.class,
                        List.of("a_policy_that_throws_concerns_one_user")),
                arguments(
                        WithTriggersThatAreAllOne.class,
                        MigrationStoreContract.Journal.class,
                        List.of(
                                "every_line_names_what_brought_it_about",
                                "a_line_of_a_run_names_the_run",
                                "a_failure_names_what_brought_it_about")),
                arguments(
                        WithLateOperationsCopiedTwice.class,
                        MigrationStoreContract.Journal.class,
                        List.of(
                                "a_run_catches_up_in_its_sweep_and_only_once",
                                "catching_up_copies_what_came_late_of_everybody_and_is_safe_to_repeat",
                                "however_many_catch_up_at_once_each_operation_is_copied_once")),
                arguments(
                        WithSweepsThatSeeNothingLate.class,
                        MigrationStoreContract.Journal.class,
                        List.of(
                                "a_run_catches_up_in_its_sweep_and_only_once",
                                "catching_up_copies_what_came_late_of_everybody_and_is_safe_to_repeat")),
                arguments(
                        WithSweepsThatSeeNothingLate.class,
                        MigrationStoreContract.Verified.class,
                        List.of("a_late_operation_that_was_caught_up_is_in_the_history")),
                arguments(
                        WithHaltsThatWaitForNobody.class,
                        MigrationStoreContract.HaltIsABarrier.class,
                        List.of("a_commit_in_hand_is_waited_for_or_writes_nothing")),
                arguments(
                        WithEpochsThatStandStill.class,
                        MigrationStoreContract.HaltIsABarrier.class,
                        List.of("every_rollback_raises_the_epoch_and_nothing_else_does")),
                arguments(
                        WithUnitsOfTheJournal.class,
                        MigrationStoreContract.OutOfStep.class,
                        List.of("a_balance_that_support_restored_is_not_multiplied_by_a_rollback")),
                arguments(
                        WithoutPlaces.class,
                        MigrationStoreContract.Chain.class,
                        List.of(
                                "the_same_conversion_under_another_id_is_refused_before_it_has_written",
                                "a_second_grant_that_names_nobody_grants_nothing",
                                "of_many_who_want_one_place_one_gets_it",
                                "two_conversions_do_not_run_beside_each_other_and_a_grant_does")),
                arguments(
                        WithMovementsSinceTheLastLine.class,
                        MigrationStoreContract.Verified.class,
                        List.of("a_late_operation_that_was_caught_up_is_in_the_history")),
                arguments(
                        WithLinesOfNoRun.class,
                        MigrationStoreContract.Verified.class,
                        List.of("nothing_is_found_after_a_run_in_which_some_were_left")),
                arguments(
                        WithFiguresOfNoPage.class,
                        MigrationStoreContract.Verified.class,
                        List.of("nothing_is_found_after_a_run_in_which_some_were_left")),
                arguments(
                        WithLinesThatAreNotReadBackAsWritten.class,
                        MigrationStoreContract.ExactlyOnce.class,
                        List.of("a_grant_whose_answer_is_lost_is_found_written")),
                arguments(
                        WithGuardWithoutBalance.class,
                        MigrationStoreContract.NothingLost.class,
                        List.of(
                                "a_top_up_between_read_and_write_is_not_lost",
                                "a_top_up_between_read_and_write_is_converted_with_the_rest",
                                "a_spend_between_read_and_write_is_not_undone",
                                "a_top_up_while_a_page_is_decided_is_converted_with_the_rest",
                                "an_account_that_appears_between_read_and_write_gets_the_grant_added",
                                "an_account_of_zero_is_not_an_absent_one",
                                "a_top_up_between_read_and_write_of_a_rollback_is_kept",
                                "money_is_conserved_while_the_host_moves_and_users_are_converted",
                                "money_is_conserved_while_the_host_moves_and_users_are_taken_back")),
                arguments(
                        WithGuardThatTakesAbsentForZero.class,
                        MigrationStoreContract.NothingLost.class,
                        List.of("an_account_of_zero_is_not_an_absent_one")),
                arguments(
                        WithLinesNumberedByTheStore.class,
                        MigrationStoreContract.NothingLost.class,
                        List.of("a_rate_that_changes_between_read_and_write_is_noticed_even_at_zero")),
                arguments(
                        WithLineInATransactionOfItsOwn.class,
                        MigrationStoreContract.AllOrNothing.class,
                        List.of(
                                "a_conversion_that_the_store_refuses_leaves_nothing_but_the_mark",
                                "a_grant_that_the_store_refuses_leaves_nothing_but_the_mark")),
                arguments(
                        WithPagesThatAreWrittenOneByOne.class,
                        MigrationStoreContract.AllOrNothing.class,
                        List.of("a_rejected_page_leaves_nothing")),
                arguments(
                        WithBalancesRoundedDown.class,
                        MigrationStoreContract.Conserved.class,
                        List.of(
                                "ties_are_rounded_to_the_even_neighbour",
                                "what_everybody_had_is_what_everybody_has_and_the_residual",
                                "a_chain_of_conversions_conserves_at_each_step",
                                "large_balances_are_exact")),
                arguments(
                        WithoutTheUsersOwnRate.class,
                        MigrationStoreContract.Conserved.class,
                        List.of(
                                "a_chain_of_conversions_conserves_at_each_step",
                                "a_run_converts_everybody_from_the_own_rate")),
                arguments(
                        WithoutCapturedState.class,
                        MigrationStoreContract.Reversible.class,
                        List.of(
                                "an_untouched_grant_is_taken_back_exactly",
                                "only_the_latest_conversion_is_taken_back_and_then_the_one_before")),
                arguments(
                        WithHistoryThatIsCopiedAgain.class,
                        MigrationStoreContract.Reversible.class,
                        List.of("a_second_grant_copies_no_operation_twice")),
                arguments(
                        WithEntriesDeletedOnRollback.class,
                        MigrationStoreContract.Reversible.class,
                        List.of("entries_are_reversed_and_never_deleted")),
                arguments(
                        WithPagesThatWaitForLockedUsers.class,
                        MigrationStoreContract.NoInterruption.class,
                        List.of("a_page_waits_for_nobodys_row")),
                arguments(
                        WithUsersLockedWhilePolicyDecides.class,
                        MigrationStoreContract.NoInterruption.class,
                        List.of("the_host_moves_a_users_credits_while_a_page_is_decided")),
                arguments(
                        WithFailedOverCompleted.class,
                        MigrationStoreContract.OneBadUser.class,
                        List.of(
                                "failed_never_replaces_completed",
                                "failing_again_never_replaces_completed",
                                "failed_never_replaces_rolled_back",
                                "a_page_that_fails_a_user_never_replaces_completed")),
                arguments(
                        WithPagesThatOneUserPoisons.class,
                        MigrationStoreContract.OneBadUser.class,
                        List.of(
                                "a_user_whom_the_store_refuses_in_the_middle_of_a_page_concerns_one_user",
                                "several_refused_users_are_found_one_by_one")),
                arguments(
                        WithPausesThatAreNotKept.class,
                        MigrationStoreContract.Runs.class,
                        List.of(
                                "a_run_that_was_paused_writes_nothing_until_it_is_resumed",
                                "a_run_pauses_itself_when_too_many_fail",
                                "a_run_pauses_itself_after_twenty_failures_in_a_row_and_the_failed_are_retried_as_one_act",
                                "a_run_pauses_itself_when_at_least_twenty_and_more_than_one_in_twenty_have_failed",
                                "pages_that_a_scheduler_steps_are_counted_over_all_its_steps",
                                "what_requests_have_granted_counts_towards_the_limit_of_a_run")),
                arguments(
                        WithLockedUsersForgotten.class,
                        MigrationStoreContract.Runs.class,
                        List.of(
                                "users_who_appear_behind_the_position_are_migrated_and_those_deleted_or_flagged_are_accounted_for")),
                arguments(
                        WithFiguresOfNoPage.class,
                        MigrationStoreContract.Runs.class,
                        List.of(
                                "many_threads_of_many_nodes_share_a_run_and_all_know_its_figures",
                                "pages_and_threads_change_while_a_run_goes_on_and_nobody_is_skipped")),
                arguments(
                        WithSettingsAsTheRunWasOpened.class,
                        MigrationStoreContract.Runs.class,
                        List.of("pages_and_threads_change_while_a_run_goes_on_and_nobody_is_skipped")),
                arguments(
                        WithScansThatDoNotReadBalances.class,
                        MigrationStoreContract.Surveys.class,
                        List.of("a_plan_is_the_same_until_something_changes")),
                arguments(
                        WithReadsThatStoreTheDefinition.class,
                        MigrationStoreContract.Dry.class,
                        List.of(
                                "asking_about_users_of_a_conversion_writes_nothing",
                                "asking_about_users_of_a_grant_writes_nothing",
                                "a_plan_writes_nothing",
                                "a_request_of_somebody_with_credits_writes_nothing")),
                arguments(
                        WithoutFingerprint.class,
                        MigrationStoreContract.BadInput.class,
                        List.of(
                                "a_node_that_was_open_with_another_definition_cannot_write",
                                "the_first_to_write_settles_the_definition")),
                arguments(
                        WithHaltReadBeforeTheTransaction.class,
                        MigrationStoreContract.BadInput.class,
                        List.of(
                                "a_halt_between_read_and_write_is_obeyed",
                                "a_percentage_between_read_and_write_is_obeyed")),
                arguments(
                        WithNoticesInATransactionOfTheirOwn.class,
                        MigrationStoreContract.Notices.class,
                        List.of("a_refused_change_tells_of_the_issue_only_and_only_once")),
                arguments(
                        WithNoticesThatAreNeverCancelled.class,
                        MigrationStoreContract.Notices.class,
                        List.of(
                                "a_rollback_cancels_what_was_not_sent_and_tells_of_itself",
                                "a_rollback_by_a_node_that_tells_nobody_cancels_too",
                                "who_is_migrated_after_all_is_not_told_of_the_issue",
                                "an_announcement_that_was_not_sent_is_cancelled_by_the_migration")),
                arguments(
                        WithLinesOfTheTimeOfTheirNode.class,
                        MigrationStoreContract.Verified.class,
                        List.of("what_a_slow_node_writes_after_a_seal_is_not_from_before_it")),
                arguments(
                        WithNoticesThatAreAllDueAtOnce.class,
                        MigrationStoreContract.Notices.class,
                        List.of("who_failed_in_a_run_is_told_after_a_while_and_who_failed_alone_at_once")),
                arguments(
                        WithPausesThatHoldNoNotices.class,
                        MigrationStoreContract.Notices.class,
                        List.of("a_run_that_pauses_holds_what_it_would_tell_of_failures")),
                arguments(
                        WithLeasesThatNobodyKeeps.class,
                        MigrationStoreContract.Notices.class,
                        List.of(
                                "a_leased_notice_is_nobody_elses_until_the_lease_runs_out",
                                "what_cannot_be_marked_is_delivered_again_under_the_same_key")),
                arguments(
                        WithGrantsForgottenOnceTakenBack.class,
                        MigrationStoreContract.Verified.class,
                        List.of("nothing_is_found_after_a_grant_that_was_consumed_in_part_and_given_again")),
                arguments(
                        WithBalancesRoundedDown.class,
                        MigrationStoreContract.Verified.class,
                        List.of("nothing_is_found_in_any_of_two_conversions")),
                arguments(
                        WithoutCapturedState.class,
                        MigrationStoreContract.Verified.class,
                        List.of("nothing_is_found_in_any_of_two_conversions")),
                arguments(
                        WithHistoryThatIsCopiedAgain.class,
                        MigrationStoreContract.Verified.class,
                        List.of("nothing_is_found_after_grants_with_history_taken_back_and_given_again")),
                arguments(
                        WithEntriesDeletedOnRollback.class,
                        MigrationStoreContract.Verified.class,
                        List.of("nothing_is_found_after_grants_with_history_taken_back_and_given_again")),
                arguments(
                        WithMovementsUnseen.class,
                        MigrationStoreContract.Verified.class,
                        List.of(
                                "whose_balance_has_moved_is_counted_and_no_error",
                                "nothing_is_found_while_users_migrate_and_spend")),
                arguments(
                        WithSealsOfTheirOwn.class,
                        MigrationStoreContract.Verified.class,
                        List.of("seals_are_chained_and_cover_what_came_since")),
                arguments(
                        WithPurchasesThatNobodyHasMade.class,
                        MigrationStoreContract.Rollback.class,
                        List.of(
                                "no account, migrate, spend 20, buy 20, rollback: PAID_CREDITS with 20",
                                "no account, migrate, buy 20, spend 30, keep: ROLLED_BACK with 10",
                                "seed 20260106")),
                arguments(
                        WithPurchasesOfAllTime.class,
                        MigrationStoreContract.Rollback.class,
                        List.of(
                                "no account, buy 5, spend 2, migrate, spend 1, keep: ROLLED_BACK with 3",
                                "no account, migrate, spend 5, buy 20, keep, reopen, migrate, keep: ROLLED_BACK with 20",
                                "seed 20260106")),
                arguments(
                        WithGuardWithoutMarker.class,
                        MigrationStoreContract.Rollback.class,
                        List.of("a_purchase_between_read_and_write_of_a_rollback_is_not_taken")),
                arguments(
                        WithGrantsForgottenOnceTakenBack.class,
                        MigrationStoreContract.Rollback.class,
                        List.of(
                                "no account, migrate, spend 15, rollback, reopen, migrate: ROLLED_BACK with 5",
                                "what_a_second_grant_is_smaller_by_is_kept_with_the_record_and_told_in_the_log",
                                "who_fails_in_between_keeps_what_was_consumed",
                                "seed 20260106")),
                arguments(
                        WithoutThePaidPart.class,
                        MigrationStoreContract.Rollback.class,
                        List.of("no account, migrate, spend 20, buy 20, keep: ROLLED_BACK with 20", "seed 20260106")),
                arguments(
                        WithoutThePaidPart.class,
                        MigrationStoreContract.RollbackRuns.class,
                        List.of("a_run_that_keeps_paid_credits_leaves_them_on_an_active_account")),
                arguments(
                        WithLinesOfNoRun.class,
                        MigrationStoreContract.RollbackRuns.class,
                        List.of("a_run_may_be_for_the_users_of_one_run_of_a_stage_of_a_time_or_of_a_list")),
                arguments(
                        WithRollbacksThatTheHaltDoesNotConcern.class,
                        MigrationStoreContract.RollbackRuns.class,
                        List.of("a_run_needs_the_halt_switch_on_and_stands_still_while_it_is_off")),
                arguments(
                        WithLockedUsersForgotten.class,
                        MigrationStoreContract.RollbackRuns.class,
                        List.of("who_moves_between_read_and_write_of_a_page_or_is_locked_is_left_to_the_sweep")),
                arguments(
                        WithUsageOfAllTime.class,
                        MigrationStoreContract.WhoGetsWhat.class,
                        List.of("usage_is_counted_in_the_window_and_in_clock_hours")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("broken")
    void a_broken_store_fails_the_group_of_the_guarantee_that_it_breaks(
            Class<? extends MigrationStoreContract> contract, Class<?> group, List<String> tests) {
        List<String> failed = EngineTestKit.engine("junit-jupiter")
                .selectors(selectNestedClass(List.of(contract), group))
                .execute()
                .testEvents()
                .failed()
                .map(BrokenStoresTest::nameOf)
                .toList();

        assertThat(failed).containsAll(tests);
    }

    private static String nameOf(Event event) {
        String displayName = event.getTestDescriptor().getDisplayName();
        int parenthesis = displayName.indexOf('(');
        return parenthesis < 0 ? displayName : displayName.substring(0, parenthesis);
    }

    /** A contract on a store in memory, of which one step is broken. */
    abstract static class Broken extends MigrationStoreContract {

        @Override
        protected HostApplication open(HostApplication.Setting setting) {
            InMemoryMigrationStore tables = new InMemoryMigrationStore(4, writer(), pageWaitMillisMax());
            if (setting == HostApplication.Setting.CONVERSION) {
                tables.nameRates();
            }
            if (setting == HostApplication.Setting.GRANT_WITH_PURCHASES) {
                tables.knowPurchases();
            }
            return new InMemoryHost(tables.withClock(Clock.systemUTC()), before(tables));
        }

        @Override
        protected Duration patience() {
            return Duration.ofSeconds(1);
        }

        AccountWriter writer() {
            return new AccountWriter();
        }

        long pageWaitMillisMax() {
            return 0;
        }

        MigrationStore before(InMemoryMigrationStore tables) {
            return tables;
        }
    }

    static final class WithoutCompareAndSet extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean accountMatches(Migration migration, Account found, UserChange change) {
                    return true;
                }

                @Override
                boolean lineIsNext(Account found, UserChange change) {
                    return true;
                }
            };
        }
    }

    static final class WithLinesThatAreNotReadBackAsWritten extends Broken {
        @Override
        AccountWriter writer() {
            return new ChangingLines(line -> with(line, line.number(), line.at().plusMillis(1), line.standing()));
        }
    }

    static final class WithGuardWithoutBalance extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean accountMatches(Migration migration, Account found, UserChange change) {
                    return AccountReader.hostState(migration, found)
                            .equals(change.expected().hostState());
                }
            };
        }
    }

    static final class WithGuardThatTakesAbsentForZero extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean accountMatches(Migration migration, Account found, UserChange change) {
                    return orZero(found.credits)
                            .equals(orZero(change.expected().user().credits()));
                }
            };
        }
    }

    static final class WithGuardWithoutMarker extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean accountMatches(Migration migration, Account found, UserChange change) {
                    return Objects.equals(
                            found.credits, change.expected().user().credits());
                }
            };
        }
    }

    /** Takes the number that is next when it writes, and notices neither the lines nor the marker of another migration. */
    static final class WithLinesNumberedByTheStore extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean accountMatches(Migration migration, Account found, UserChange change) {
                    return Objects.equals(
                            found.credits, change.expected().user().credits());
                }

                @Override
                boolean lineIsNext(Account found, UserChange change) {
                    return Objects.equals(
                            found.record(change.line().migrationId()),
                            change.expected().record());
                }

                @Override
                void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
                    int next = draft.lastNumber() + 1;
                    int figures = line.standing().figuresLine();
                    JournalLine.Standing standing =
                            standing(line, line.standing().consumed(), figures == line.number() ? next : figures);
                    super.writeLine(draft, BrokenStoresTest.with(line, next, line.at(), standing), copied, runId);
                }
            };
        }
    }

    static final class WithLineInATransactionOfItsOwn extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean lineIsNext(Account found, UserChange change) {
                    return isWritten(found, change.line()) || super.lineIsNext(found, change);
                }

                @Override
                void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
                    draft.journal.removeIf(stored -> stored.line().equals(line));
                    super.writeLine(draft, line, copied, runId);
                }

                private static boolean isWritten(Account found, JournalLine line) {
                    return found.journal.stream()
                            .anyMatch(stored -> stored.line().equals(line));
                }
            };
        }

        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public CommitResult commit(Migration migration, UserChange change) {
                    CommitResult first = store.commit(
                            migration,
                            new UserChange(UserChange.Kind.LINE_ONLY, change.expected(), null, change.line()));
                    return first.status() == CommitResult.Status.COMMITTED
                                    && change.kind().movesBalance()
                            ? store.commit(migration, change)
                            : first;
                }
            };
        }
    }

    static final class WithPagesThatAreWrittenOneByOne extends Broken {
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
                    return store.page(migration, runId, range, limit, now, new DelegatingWork(work) {
                        @Override
                        public Decided decide(Users users) {
                            Decided decided = super.decide(users);
                            decided.changes().forEach(change -> store.commit(migration, change));
                            return decided;
                        }
                    });
                }
            };
        }
    }

    static final class WithBalancesRoundedDown extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeBalance(Account draft, UserChange change, int balanceScale) throws RejectedException {
                    super.writeBalance(draft, change, balanceScale);
                    if (draft.credits != null) {
                        draft.credits = Credits.of(draft.credits.amount().setScale(3, RoundingMode.DOWN));
                    }
                }
            };
        }
    }

    static final class WithoutTheUsersOwnRate extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new Reading(tables, state -> with(state, state.user().withRate(null)));
        }
    }

    static final class WithoutCapturedState extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeHostState(Account draft, Migration migration, UserChange change) {
                    super.writeHostState(draft, migration, change);
                    if (change.kind().isRollback()) {
                        draft.marker = null;
                        draft.rateLimit = 10;
                    }
                }
            };
        }
    }

    static final class WithHistoryThatIsCopiedAgain extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                long writeHistory(Account draft, Migration migration, UserChange change) {
                    draft.operationsCopied.clear();
                    return super.writeHistory(draft, migration, change);
                }
            };
        }
    }

    static final class WithEntriesDeletedOnRollback extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                long writeHistory(Account draft, Migration migration, UserChange change) {
                    if (change.kind().isRollback()) {
                        draft.history.clear();
                        return 0;
                    }
                    return super.writeHistory(draft, migration, change);
                }
            };
        }
    }

    /** Copies what came late, and then what came late again. */
    static final class WithLateOperationsCopiedTwice extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                long writeHistory(Account draft, Migration migration, UserChange change) {
                    int before = draft.history.size();
                    long copied = super.writeHistory(draft, migration, change);
                    if (change.kind() == UserChange.Kind.CATCH_UP) {
                        draft.history.addAll(List.copyOf(draft.history.subList(before, draft.history.size())));
                    }
                    return copied;
                }
            };
        }
    }

    static final class WithSweepsThatSeeNothingLate extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new Reading(
                    tables,
                    state -> new UserState(
                            state.user(),
                            state.lastLine(),
                            state.record(),
                            0,
                            state.flagged(),
                            state.unitLine(),
                            state.hostState(),
                            state.registration(),
                            state.bought(),
                            state.defect()));
        }
    }

    static final class WithHaltsThatWaitForNobody extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public Barrier drain(Migration migration, Duration max) {
                    return Barrier.SETTLED;
                }
            };
        }
    }

    static final class WithEpochsThatStandStill extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public long epoch(Migration migration) {
                    return 0;
                }
            };
        }
    }

    /** Tells of the row what the journal says, and so never that they disagree. */
    static final class WithUnitsOfTheJournal extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new Reading(
                    tables,
                    state -> state.unitLine() == null
                            ? state
                            : with(state, state.user().withRate(state.unitLine().unit())));
        }
    }

    /** Registers whatever comes, wherever it stands. */
    static final class WithoutPlaces extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean register(ChainBook chain, Migration migration) {
                    boolean isNew = !chain.has(migration);
                    chain.put(StoredDefinition.of(migration, ""));
                    return isNew;
                }
            };
        }
    }

    /** Writes what was copied into the history, and not into the line. */
    static final class WithLinesThatForgetWhatWasCopied extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
                    super.writeLine(draft, line, 0, runId);
                }
            };
        }
    }

    /** Says that it has written the line of a user who failed. */
    static final class WithoutLinesOfFailures extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
                    if (line.kind() != JournalLine.Kind.FAILED) {
                        super.writeLine(draft, line, copied, runId);
                    }
                }
            };
        }
    }

    /** The key of the journal lets two lines have one number. */
    static final class WithLinesOfOneNumber extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean lineIsNext(Account found, UserChange change) {
                    return true;
                }
            };
        }
    }

    /** Only the line that migrated the user has figures. */
    static final class WithFiguresForgottenByLaterLines extends Broken {
        @Override
        AccountWriter writer() {
            return new ChangingLines(line -> line.standing().figuresLine() == line.number()
                    ? line
                    : with(line, standing(line, line.standing().consumed(), 0)));
        }
    }

    static final class WithTriggersThatAreAllOne extends Broken {
        @Override
        AccountWriter writer() {
            return new ChangingLines(line -> new JournalLine(
                    line.migrationId(),
                    line.userId(),
                    line.number(),
                    line.kind(),
                    Trigger.REQUEST,
                    line.actor(),
                    line.at(),
                    line.standing(),
                    line.figures(),
                    line.reason(),
                    line.error()));
        }
    }

    /** Remembers when a user was migrated by the last line, whatever it was. */
    static final class WithMovementsSinceTheLastLine extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
                    super.writeLine(draft, line, copied, runId);
                    if (line.kind() == JournalLine.Kind.CAUGHT_UP) {
                        draft.journal.replaceAll(stored -> new StoredLine(stored.line(), stored.runId(), draft.writes));
                    }
                }
            };
        }
    }

    /** Writes other lines than it was told. */
    private static final class ChangingLines extends AccountWriter {

        private final UnaryOperator<JournalLine> change;

        ChangingLines(UnaryOperator<JournalLine> change) {
            this.change = change;
        }

        @Override
        void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
            super.writeLine(draft, change.apply(line), copied, runId);
        }
    }

    private static JournalLine.Standing standing(JournalLine line, Credits consumed, int figuresLine) {
        JournalLine.Standing standing = line.standing();
        return new JournalLine.Standing(
                standing.status(), standing.attempt(), consumed, standing.copied(), figuresLine);
    }

    private static JournalLine with(JournalLine line, JournalLine.Standing standing) {
        return with(line, line.number(), line.at(), standing);
    }

    private static JournalLine with(JournalLine line, int number, Instant at, JournalLine.Standing standing) {
        return new JournalLine(
                line.migrationId(),
                line.userId(),
                number,
                line.kind(),
                line.trigger(),
                line.actor(),
                at,
                standing,
                line.figures(),
                line.reason(),
                line.error());
    }

    static final class WithMovementsUnseen extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public List<Evidence> evidence(Migration migration, @Nullable String afterUserId, int limit) {
                    return super.evidence(migration, afterUserId, limit).stream()
                            .map(WithMovementsUnseen::unmoved)
                            .toList();
                }
            };
        }

        private static Evidence unmoved(Evidence user) {
            Evidence.Holding now = user.holding();
            return new Evidence(
                    user.userId(),
                    user.lines(),
                    user.numbers(),
                    user.entries(),
                    user.entriesOfOthers(),
                    user.strays(),
                    now == null
                            ? null
                            : new Evidence.Holding(
                                    now.balance(),
                                    now.unreadable(),
                                    now.flagged(),
                                    now.unitLine(),
                                    now.rate(),
                                    now.registeredAt(),
                                    now.active(),
                                    false,
                                    now.writes(),
                                    now.operations(),
                                    now.changed()));
        }
    }

    static final class WithSealsOfTheirOwn extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public Seal seal(Migration migration, SealWork work) {
                    return super.seal(migration, new SealWork() {
                        @Override
                        public void begin(@Nullable Seal last) {
                            work.begin(null);
                        }

                        @Override
                        public String add(StoredRow row) {
                            return work.add(row);
                        }

                        @Override
                        public Seal end() {
                            return work.end();
                        }
                    });
                }
            };
        }
    }

    static final class WithPagesThatWaitForLockedUsers extends Broken {
        @Override
        long pageWaitMillisMax() {
            return 30_000;
        }
    }

    static final class WithUsersLockedWhilePolicyDecides extends Broken {
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
                    return store.page(migration, runId, range, limit, now, new DelegatingWork(work) {
                        @Override
                        public Decided decide(Users users) {
                            List<AutoCloseable> locks = users.users().stream()
                                    .map(user -> tables.lock(user.user().userId()))
                                    .toList();
                            try {
                                return super.decide(users);
                            } finally {
                                locks.forEach(BrokenStoresTest::release);
                            }
                        }
                    });
                }
            };
        }
    }

    static final class WithFailedOverCompleted extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                boolean lineIsNext(Account found, UserChange change) {
                    UserMigration record = found.record(change.line().migrationId());
                    boolean settled = record != null
                            && (record.status() == MigrationStatus.COMPLETED
                                    || record.status() == MigrationStatus.ROLLED_BACK);
                    return (settled && change.line().kind() == JournalLine.Kind.FAILED)
                            || super.lineIsNext(found, change);
                }
            };
        }
    }

    static final class WithPagesThatOneUserPoisons extends Broken {
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
                    Page page = store.page(migration, runId, range, limit, now, work);
                    if (page.status() == Page.Status.REJECTED) {
                        throw new StoreException(StoreException.Kind.UNAVAILABLE, "the batch failed", null);
                    }
                    return page;
                }
            };
        }
    }

    static final class WithPausesThatAreNotKept extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public boolean changeRun(
                        Migration migration,
                        String runId,
                        MigrationRun.State from,
                        MigrationRun.State to,
                        Cause cause) {
                    return true;
                }
            };
        }
    }

    /** What is kept with a page, changed. */
    private static final class Counting extends DelegatingStore {

        private final UnaryOperator<PageWork.Counted> counting;

        Counting(InMemoryMigrationStore store, UnaryOperator<PageWork.Counted> counting) {
            super(store);
            this.counting = counting;
        }

        @Override
        public Page page(
                Migration migration, String runId, @Nullable Integer range, int limit, Instant now, PageWork work) {
            return store.page(migration, runId, range, limit, now, new DelegatingWork(work) {
                @Override
                public Optional<Counted> count(List<CommitResult> results) {
                    return super.count(results).map(counting);
                }
            });
        }
    }

    static final class WithLockedUsersForgotten extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new Counting(tables, counted -> new PageWork.Counted(counted.tally(), Set.of()));
        }
    }

    static final class WithFiguresOfNoPage extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new Counting(tables, counted -> new PageWork.Counted(Tally.NOBODY, counted.left()));
        }
    }

    static final class WithSettingsAsTheRunWasOpened extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public boolean retuneRun(Migration migration, String runId, RunSettings settings, Cause cause) {
                    return true;
                }
            };
        }
    }

    static final class WithScansThatDoNotReadBalances extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public List<UserState> scan(
                        Migration migration, RunScope scope, @Nullable String afterUserId, int limit) {
                    return store.scan(migration, scope, afterUserId, 1).stream()
                            .map(state -> with(state, state.user().withCredits(Credits.ZERO)))
                            .toList();
                }
            };
        }
    }

    static final class WithReadsThatStoreTheDefinition extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            Map<String, StoredDefinition> stored = new ConcurrentHashMap<>();
            return new DelegatingStore(tables) {
                @Override
                public Optional<UserState> find(Migration migration, String userId) {
                    stored.put(migration.id(), StoredDefinition.of(migration, ""));
                    return store.find(migration, userId);
                }

                @Override
                public List<UserState> scan(
                        Migration migration, RunScope scope, @Nullable String afterUserId, int limit) {
                    stored.put(migration.id(), StoredDefinition.of(migration, ""));
                    return store.scan(migration, scope, afterUserId, limit);
                }

                @Override
                public List<StoredDefinition> definitions() {
                    store.definitions().forEach(definition -> stored.put(definition.id(), definition));
                    return List.copyOf(stored.values());
                }
            };
        }
    }

    static final class WithoutFingerprint extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void checkDefinition(Collection<StoredDefinition> stored, Migration migration) {}
            };
        }
    }

    static final class WithHaltReadBeforeTheTransaction extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            Map<String, Rollout> rollouts = new ConcurrentHashMap<>();
            return new Reading(tables, state -> state) {
                @Override
                public Optional<UserState> find(Migration migration, String userId) {
                    return store.find(migration, userId)
                            .map(state -> new UserState(
                                    state.user(),
                                    state.lastLine(),
                                    state.record(),
                                    state.lateOperations(),
                                    state.flagged(),
                                    state.unitLine(),
                                    state.hostState(),
                                    new Registration(
                                            state.registration().place(),
                                            state.registration().schedule(),
                                            rollout(migration)),
                                    state.bought(),
                                    state.defect()));
                }

                @Override
                public Rollout rollout(Migration migration) {
                    return rollouts.getOrDefault(migration.id(), Rollout.EVERYBODY);
                }

                @Override
                public boolean setRollout(Migration migration, Rollout expected, Rollout rollout, Cause cause) {
                    rollouts.put(migration.id(), rollout);
                    return true;
                }
            };
        }
    }

    static final class WithNoticesInATransactionOfTheirOwn extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public CommitResult commit(Migration migration, UserChange change) {
                    Notice notice = change.notice();
                    if (notice != null) {
                        notices().queue(migration, List.of(notice), notice.at());
                    }
                    return store.commit(migration, change.withNotice(null, null));
                }
            };
        }
    }

    static final class WithNoticesThatAreNeverCancelled extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeNotice(Account draft, UserChange change, @Nullable String runId) {
                    Notice notice = change.notice();
                    if (notice != null) {
                        draft.notices.putIfAbsent(notice.id(), StoredNotice.queued(notice, notice.at(), runId));
                    }
                }
            };
        }
    }

    static final class WithLinesOfTheTimeOfTheirNode extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                JournalLine behind(@Nullable Seal last, JournalLine line) {
                    return line;
                }
            };
        }
    }

    static final class WithNoticesThatAreAllDueAtOnce extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeNotice(Account draft, UserChange change, @Nullable String runId) {
                    super.writeNotice(
                            draft,
                            change.withNotice(change.notice(), change.line().at()),
                            runId);
                }
            };
        }
    }

    static final class WithPausesThatHoldNoNotices extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeNotice(Account draft, UserChange change, @Nullable String runId) {
                    super.writeNotice(draft, change, null);
                }
            };
        }
    }

    static final class WithLeasesThatNobodyKeeps extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new DelegatingStore(tables) {
                @Override
                public List<Leased> lease(int limit, Instant now, Instant until) {
                    return notices().lease(limit, now, now);
                }
            };
        }
    }

    static final class WithPurchasesThatNobodyHasMade extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new Reading(tables, state -> bought(state, Credits.ZERO));
        }
    }

    /** Not those since the grant, but all. */
    static final class WithPurchasesOfAllTime extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new Reading(tables, state -> {
                String[] host = state.hostState().split("\\|", -1);
                boolean known = host.length > 2 && !host[2].isEmpty();
                boolean moved = state.bought() != null && state.record() != null;
                return known && moved ? bought(state, Credits.of(host[2])) : state;
            });
        }
    }

    static final class WithGrantsForgottenOnceTakenBack extends Broken {
        @Override
        AccountWriter writer() {
            return new ChangingLines(line ->
                    with(line, standing(line, Credits.ZERO, line.standing().figuresLine())));
        }
    }

    static final class WithoutThePaidPart extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeBalance(Account draft, UserChange change, int balanceScale) throws RejectedException {
                    super.writeBalance(draft, change, balanceScale);
                    if (change.kind() == UserChange.Kind.ROLL_BACK_KEEPING_PAID) {
                        draft.credits = null;
                    }
                }
            };
        }
    }

    static final class WithLinesOfNoRun extends Broken {
        @Override
        AccountWriter writer() {
            return new AccountWriter() {
                @Override
                void writeLine(Account draft, JournalLine line, long copied, @Nullable String runId) {
                    super.writeLine(draft, line, copied, null);
                }
            };
        }
    }

    static final class WithRollbacksThatTheHaltDoesNotConcern extends Broken {
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
                    Rollout was = store.rollout(migration);
                    Rollout halted = new Rollout(was.percent(), true);
                    Cause cause = new Cause(Actor.automatic("broken"), "broken", now);
                    store.setRollout(migration, was, halted, cause);
                    Page page = store.page(migration, runId, range, limit, now, work);
                    store.setRollout(migration, halted, was, cause);
                    return page;
                }
            };
        }
    }

    private static UserState with(UserState state, UserSnapshot user) {
        return new UserState(
                user,
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                state.registration(),
                state.bought(),
                state.defect());
    }

    private static UserState bought(UserState state, @Nullable Credits bought) {
        return new UserState(
                state.user(),
                state.lastLine(),
                state.record(),
                state.lateOperations(),
                state.flagged(),
                state.unitLine(),
                state.hostState(),
                state.registration(),
                bought,
                state.defect());
    }

    static final class WithUsageOfAllTime extends Broken {
        @Override
        MigrationStore before(InMemoryMigrationStore tables) {
            return new Reading(tables, state -> {
                Usage usage = state.user().usage();
                return with(
                        state,
                        state.user()
                                .withUsage(
                                        new Usage(usage.total(), usage.days(), usage.mostInOneHour(), usage.total())));
            });
        }
    }

    /** A store that reads something else than what is there. */
    private static class Reading extends DelegatingStore {

        private final Function<UserState, UserState> reading;

        Reading(InMemoryMigrationStore store, Function<UserState, UserState> reading) {
            super(store);
            this.reading = reading;
        }

        @Override
        public Optional<UserState> find(Migration migration, String userId) {
            return store.find(migration, userId).map(reading);
        }

        @Override
        public List<UserState> scan(Migration migration, RunScope scope, @Nullable String afterUserId, int limit) {
            return store.scan(migration, scope, afterUserId, limit).stream()
                    .map(reading)
                    .toList();
        }

        @Override
        public Page page(
                Migration migration, String runId, @Nullable Integer range, int limit, Instant now, PageWork work) {
            return store.page(migration, runId, range, limit, now, new DelegatingWork(work) {
                @Override
                public Decided decide(Users users) {
                    return super.decide(
                            new Users(users.users().stream().map(reading).toList(), users.left(), users.sweep()));
                }
            });
        }
    }

    private static void release(AutoCloseable lock) {
        try {
            lock.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
