package io.creditmigration.engine.audit;

import static io.creditmigration.Fixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.Fixture;
import io.creditmigration.Migration;
import io.creditmigration.Verification.Check;
import io.creditmigration.spi.Evidence;
import io.creditmigration.spi.Evidence.Entries;
import io.creditmigration.spi.StoredRow;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found when one thing that is stored of a user is not as it should be. */
final class UserAuditTest {

    private static final Migration GRANT = Fixture.grant(CreditPolicy.initialGrant(), Consent.NONE);
    private static final Migration CONVERSION = Fixture.fitted(Fixture.conversion(Consent.NONE));

    /** Granted 20, caught up, 15 spent and rolled back, reopened, failed, granted the rest. */
    private static final List<String> GRANTED = List.of(
            "kind=MIGRATED host_state=f status=COMPLETED attempt=1 new_credits=20 granted=20 copied=2 operations=2 days=30",
            "kind=CAUGHT_UP status=COMPLETED attempt=1 copied=3 figures_line=1",
            "kind=ROLLED_BACK status=ROLLED_BACK attempt=1 old_credits=5 consumed=15 copied=3 figures_line=1",
            "kind=REOPENED status=PENDING attempt=2 consumed=15 copied=3",
            "kind=FAILED status=FAILED attempt=2 consumed=15 copied=3 error=broken",
            "kind=MIGRATED host_state=f status=COMPLETED attempt=2 new_credits=5 granted=5 consumed=15 copied=4 operations=2 days=30");

    /** Converted, 5 spent and rolled back, reopened, converted again. */
    private static final List<String> CONVERTED = List.of(
            "kind=FAILED status=FAILED attempt=1 error=broken",
            "kind=MIGRATED host_state=f status=COMPLETED attempt=1 old_credits=50.0001 new_credits=20",
            "kind=ROLLED_BACK status=ROLLED_BACK attempt=1 old_credits=15 new_credits=37.5001 figures_line=2",
            "kind=REOPENED status=PENDING attempt=2 old_credits=37.5001 new_credits=37.5001",
            "kind=MIGRATED host_state=f status=COMPLETED attempt=2 old_credits=37.5001 new_credits=15");

    @Test
    void nothing_is_found_where_all_is_as_it_should_be() {
        assertThat(found(GRANT, granted(GRANTED))).isEmpty();
        assertThat(found(CONVERSION, converted(CONVERTED))).isEmpty();
        for (int lines = 1; lines < GRANTED.size(); lines++) {
            assertThat(withoutEntries(GRANTED.subList(0, lines)))
                    .as("the first %d lines", lines)
                    .doesNotContain(Check.ATTEMPTS, Check.STANDING, Check.AMOUNTS, Check.LINES, Check.UNREADABLE);
        }
    }

    @ParameterizedTest(name = "line {0}: {1} is {2}: {3}")
    @CsvSource({
        "1, status,       FAILED,      STANDING",
        "1, attempt,      2,           ATTEMPTS",
        "1, consumed,     1,           STANDING",
        "1, copied,       4,           STANDING",
        "1, figures_line, 2,           STANDING",
        "1, granted,      21,          AMOUNTS",
        "1, granted,      ,            AMOUNTS",
        "1, new_credits,  21,          AMOUNTS",
        "1, new_credits,  -20,         CONSERVATION",
        "1, old_rate,     1000,        CONSERVATION",
        "1, kind,         CAUGHT_UP,   ATTEMPTS",
        "1, kind,         REOPENED,    ATTEMPTS",
        "1, kind,         ROLLED_BACK, ATTEMPTS",
        "2, status,       ROLLED_BACK, STANDING",
        "2, attempt,      2,           ATTEMPTS",
        "2, consumed,     15,          STANDING",
        "2, copied,       ,            STANDING",
        "2, copied,       1,           STANDING",
        "2, copied,       9,           STANDING",
        "2, figures_line, ,            STANDING",
        "2, figures_line, 2,           STANDING",
        "2, granted,      20,          AMOUNTS",
        "2, new_credits,  20,          CONSERVATION",
        "2, kind,         MIGRATED,    ATTEMPTS",
        "2, kind,         FAILED,      ATTEMPTS",
        "3, status,       COMPLETED,   STANDING",
        "3, attempt,      2,           ATTEMPTS",
        "3, consumed,     ,            STANDING",
        "3, consumed,     14,          STANDING",
        "3, consumed,     20,          STANDING",
        "3, copied,       ,            STANDING",
        "3, copied,       2,           STANDING",
        "3, copied,       4,           STANDING",
        "3, figures_line, ,            STANDING",
        "3, figures_line, 2,           STANDING",
        "3, granted,      -5,          AMOUNTS",
        "3, old_credits,  6,           STANDING",
        "3, new_credits,  7,           CONSERVATION",
        "4, status,       ROLLED_BACK, STANDING",
        "4, attempt,      1,           ATTEMPTS",
        "4, attempt,      3,           ATTEMPTS",
        "4, consumed,     ,            STANDING",
        "4, copied,       ,            STANDING",
        "4, figures_line, 1,           STANDING",
        "4, new_credits,  1,           CONSERVATION",
        "5, status,       PENDING,     STANDING",
        "5, attempt,      1,           ATTEMPTS",
        "5, attempt,      3,           ATTEMPTS",
        "5, consumed,     ,            STANDING",
        "5, copied,       ,            STANDING",
        "5, copied,       4,           STANDING",
        "5, figures_line, 1,           STANDING",
        "5, new_credits,  1,           CONSERVATION",
        "6, status,       FAILED,      STANDING",
        "6, attempt,      1,           ATTEMPTS",
        "6, attempt,      3,           ATTEMPTS",
        "6, consumed,     ,            STANDING",
        "6, consumed,     20,          STANDING",
        "6, copied,       2,           STANDING",
        "6, copied,       5,           HISTORY",
        "6, figures_line, 1,           STANDING",
        "6, granted,      20,          AMOUNTS",
        "6, new_credits,  6,           ENTRIES"
    })
    void a_line_of_a_grant_that_carries_something_else_is_named(
            int number, String column, @Nullable String value, Check check) {
        assertThat(found(GRANT, granted(changed(GRANTED, number, column, value))))
                .contains(check);
    }

    @ParameterizedTest(name = "line {0}: {1} is {2}: {3}")
    @CsvSource({
        "1, new_credits,  20,          CONSERVATION",
        "1, consumed,     1,           STANDING",
        "2, granted,      20,          AMOUNTS",
        "2, consumed,     1,           STANDING",
        "2, copied,       1,           STANDING",
        "2, old_rate,     2000,        RATES",
        "2, old_rate,     0,           RATES",
        "2, new_rate,     2000,        RATES",
        "2, new_rate,     0,           RATES",
        "2, old_rate,     1500,        CONSERVATION",
        "2, old_credits,  51,          CONSERVATION",
        "2, old_credits,  ,            CONSERVATION",
        "2, new_credits,  20.0001,     CONSERVATION",
        "2, new_credits,  ,            CONSERVATION",
        "3, old_rate,     1500,        RATES",
        "3, new_rate,     1500,        RATES",
        "3, new_rate,     0,           RATES",
        "3, new_credits,  37.5,        CONSERVATION",
        "3, new_credits,  37.5002,     CONSERVATION",
        "3, old_credits,  14,          CONSERVATION",
        "3, figures_line, 1,           STANDING",
        "3, figures_line, ,            STANDING",
        "3, granted,      -5,          AMOUNTS",
        "4, new_credits,  37,          CONSERVATION",
        "5, new_rate,     1000,        RATES",
        "5, new_credits,  16,          CONSERVATION"
    })
    void a_line_of_a_conversion_that_carries_something_else_is_named(
            int number, String column, @Nullable String value, Check check) {
        assertThat(found(CONVERSION, converted(changed(CONVERTED, number, column, value))))
                .contains(check);
    }

    @Test
    void who_skipped_a_conversion_has_the_rate_of_another_definition() {
        List<String> skipped = List.of(
                "kind=MIGRATED host_state=f status=COMPLETED attempt=1 old_credits=50 new_credits=30 old_rate=1500",
                "kind=ROLLED_BACK status=ROLLED_BACK attempt=1 old_credits=30 new_credits=50 new_rate=1500 figures_line=1");

        assertThat(found(CONVERSION, converted(skipped))).isEmpty();
        assertThat(found(CONVERSION, converted(changed(skipped, 2, "new_rate", null))))
                .contains(Check.RATES);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 6})
    void a_line_that_is_gone_is_missed_by_the_ones_around_it(int number) {
        // As if another migration had written a line of this number.
        Evidence user = with(granted(GRANTED), rowsWithout(GRANTED, number));

        Set<Check> found = found(GRANT, user);

        assertThat(found).isNotEmpty();
        assertThat(found).containsAnyOf(Check.ATTEMPTS, Check.STANDING, Check.ENTRIES, Check.HISTORY, Check.LINES);
    }

    @Test
    void how_lines_are_numbered_and_marked_is_checked() {
        Evidence user = granted(GRANTED);

        assertThat(found(GRANT, numbered(user, new Evidence.Numbers(6, 6, List.of(6)))))
                .isEmpty();
        assertThat(found(GRANT, numbered(user, new Evidence.Numbers(5, 6, List.of(6)))))
                .containsExactly(Check.LINES);
        assertThat(found(GRANT, numbered(user, new Evidence.Numbers(7, 6, List.of(6)))))
                .containsExactly(Check.LINES);
        assertThat(found(GRANT, numbered(user, new Evidence.Numbers(6, 6, List.of()))))
                .containsExactly(Check.LINES);
        assertThat(found(GRANT, numbered(user, new Evidence.Numbers(6, 6, List.of(5)))))
                .containsExactly(Check.LINES);
        assertThat(found(GRANT, numbered(user, new Evidence.Numbers(6, 6, List.of(5, 6)))))
                .containsExactly(Check.LINES);
    }

    @Test
    void entries_without_any_line_are_named() {
        Evidence user = with(numbered(granted(GRANTED), Evidence.Numbers.NONE), List.of());

        assertThat(found(GRANT, user)).contains(Check.LINES, Check.ENTRIES);
    }

    @ParameterizedTest
    @CsvSource({"1, new_credits, NaN", "2, copied, x", "6, consumed, Infinity", "3, at, infinity", "4, cause, 77"})
    void of_a_user_with_a_row_that_cannot_be_read_nothing_else_is_said(int number, String column, String value) {
        UserAudit audit = audit(GRANT, granted(changed(GRANTED, number, column, value)), new Findings());

        assertThat(found(GRANT, granted(changed(GRANTED, number, column, value))))
                .containsExactly(Check.UNREADABLE);
        assertThat(audit.last()).isEmpty();
        assertThat(audit.balance()).isEmpty();
        assertThat(audit.migrated()).isNull();
    }

    @Test
    void a_balance_or_an_entry_that_is_no_number_is_named_and_nothing_else() {
        Evidence user = granted(GRANTED);
        List<Entries> entries = new ArrayList<>(user.entries());
        entries.set(0, new Entries(1, Evidence.Kind.GRANT, 1, 0, null, NOW, NOW));

        assertThat(found(
                        GRANT,
                        holding(
                                user,
                                now -> new Evidence.Holding(
                                        null,
                                        "NaN",
                                        now.flagged(),
                                        now.unitLine(),
                                        now.rate(),
                                        now.registeredAt(),
                                        now.active(),
                                        now.moved(),
                                        now.writes(),
                                        now.operations(),
                                        now.changed()))))
                .containsExactly(Check.UNREADABLE);
        assertThat(found(GRANT, withEntries(user, entries))).containsExactly(Check.UNREADABLE);
    }

    @Test
    void the_entries_are_those_of_the_lines() {
        Evidence user = granted(GRANTED);

        for (int i = 0; i < user.entries().size(); i++) {
            List<Entries> less = new ArrayList<>(user.entries());
            Entries gone = less.remove(i);
            Check check = gone.kind() == Evidence.Kind.OPERATION ? Check.HISTORY : Check.ENTRIES;
            assertThat(found(GRANT, withEntries(user, less))).as("%s", gone).contains(check);
        }
        List<Entries> more = new ArrayList<>(user.entries());
        more.add(new Entries(3, Evidence.Kind.GRANT, 1, 0, BigDecimal.TEN, NOW, NOW));
        assertThat(found(GRANT, withEntries(user, more))).contains(Check.ENTRIES);
    }

    @Test
    void entries_of_operations_that_are_others_or_that_there_are_not_are_named() {
        assertThat(found(GRANT, strays(granted(GRANTED), new Evidence.Strays(1, 0, 0))))
                .containsExactly(Check.HISTORY);
        assertThat(found(GRANT, strays(granted(GRANTED), new Evidence.Strays(0, 1, 0))))
                .containsExactly(Check.HISTORY);
        assertThat(found(GRANT, strays(granted(GRANTED), new Evidence.Strays(0, 0, 1))))
                .isEmpty();
    }

    @Test
    void marker_balance_and_captured_columns_are_those_of_the_last_line() {
        Evidence user = granted(GRANTED);

        assertThat(found(GRANT, holding(user, now -> holding("5", false, null, now.changed()))))
                .containsExactly(Check.OUT_OF_STEP);
        assertThat(found(GRANT, holding(user, now -> holding("6", true, false, now.changed()))))
                .containsExactly(Check.BALANCE);
        assertThat(found(GRANT, holding(user, now -> holding("6", true, true, now.changed()))))
                .isEmpty();
        assertThat(found(GRANT, holding(user, now -> holding("5", true, false, List.of("rate_limit is 9")))))
                .containsExactly(Check.CAPTURED);
    }

    @Test
    void of_who_is_rolled_back_the_balance_is_the_rollbacks_and_captured_columns_are_the_hosts_own() {
        List<String> back = CONVERTED.subList(0, 3);

        assertThat(found(CONVERSION, holding(converted(back), now -> holding("37.5001", false, false, List.of("x")))))
                .isEmpty();
        assertThat(found(CONVERSION, holding(converted(back), now -> holding("15", false, false, List.of()))))
                .containsExactly(Check.BALANCE);
    }

    @Test
    void an_account_is_not_summed_up_of_who_was_never_migrated() {
        List<String> failed = List.of("kind=FAILED status=FAILED attempt=1 error=broken");
        Evidence user = with(
                withEntries(numbered(granted(GRANTED), new Evidence.Numbers(1, 1, List.of(1))), List.of()),
                rows(failed));

        assertThat(found(
                        GRANT,
                        holding(
                                user,
                                now -> new Evidence.Holding(
                                        new BigDecimal("50"),
                                        null,
                                        false,
                                        null,
                                        null,
                                        null,
                                        null,
                                        null,
                                        0L,
                                        0L,
                                        List.of()))))
                .isEmpty();
    }

    private static Set<Check> withoutEntries(List<String> lines) {
        return found(GRANT, with(numbered(granted(GRANTED), numbers(lines)), rows(lines)));
    }

    private static Set<Check> found(Migration migration, Evidence user) {
        Findings findings = new Findings();
        UserAudit audit = audit(migration, user, findings);
        audit.check();
        audit.balance();
        return findings.found().keySet();
    }

    private static UserAudit audit(Migration migration, Evidence user, Findings findings) {
        Set<BigDecimal> rates = Set.of(new BigDecimal("1000"), new BigDecimal("1500"), new BigDecimal("2500"));
        AuditedDefinition definition = AuditedDefinition.of(migration);
        Conservation conservation = new Conservation(definition, Fixture.SCALE);
        return new UserAudit(new UserAudit.Terms(definition, conservation, rates, false), user, findings);
    }

    private static Evidence granted(List<String> lines) {
        return new Evidence(
                "ann",
                rows(lines),
                numbers(lines),
                List.of(
                        new Entries(1, Evidence.Kind.GRANT, 1, 0, new BigDecimal("20"), NOW, NOW),
                        new Entries(1, Evidence.Kind.REVERSAL, 1, 0, new BigDecimal("-5"), NOW, NOW),
                        new Entries(2, Evidence.Kind.GRANT, 1, 0, new BigDecimal("5"), NOW, NOW),
                        new Entries(1, Evidence.Kind.OPERATION, 4, 4, BigDecimal.ZERO, NOW, NOW)),
                0,
                Evidence.Strays.NONE,
                new Evidence.Holding(
                        new BigDecimal("5"), null, true, null, null, null, null, false, 4L, 4L, List.of()));
    }

    private static Evidence converted(List<String> lines) {
        String last = lines.get(lines.size() - 1);
        boolean completed = last.contains("status=COMPLETED");
        String balance = Stream.of(last.split(" ", -1))
                .filter(column -> column.startsWith("new_credits="))
                .map(column -> column.substring("new_credits=".length()))
                .findFirst()
                .orElse("0");
        return new Evidence(
                "ann",
                rows(lines),
                numbers(lines),
                List.of(),
                0,
                Evidence.Strays.NONE,
                holding(balance, completed, false, List.of()));
    }

    private static Evidence.Numbers numbers(List<String> lines) {
        return new Evidence.Numbers(lines.size(), lines.size(), List.of(lines.size()));
    }

    private static Evidence.Holding holding(
            String balance, boolean flagged, @Nullable Boolean moved, List<String> changed) {
        return new Evidence.Holding(
                new BigDecimal(balance), null, flagged, null, null, null, null, moved, null, null, changed);
    }

    private static Evidence holding(Evidence user, UnaryOperator<Evidence.Holding> change) {
        return new Evidence(
                user.userId(),
                user.lines(),
                user.numbers(),
                user.entries(),
                user.entriesOfOthers(),
                user.strays(),
                change.apply(user.holding()));
    }

    private static Evidence with(Evidence user, List<StoredRow> lines) {
        return new Evidence(
                user.userId(),
                lines,
                user.numbers(),
                user.entries(),
                user.entriesOfOthers(),
                user.strays(),
                user.holding());
    }

    private static Evidence withEntries(Evidence user, List<Entries> entries) {
        return new Evidence(
                user.userId(),
                user.lines(),
                user.numbers(),
                entries,
                user.entriesOfOthers(),
                user.strays(),
                user.holding());
    }

    private static Evidence numbered(Evidence user, Evidence.Numbers numbers) {
        return new Evidence(
                user.userId(),
                user.lines(),
                numbers,
                user.entries(),
                user.entriesOfOthers(),
                user.strays(),
                user.holding());
    }

    private static Evidence strays(Evidence user, Evidence.Strays strays) {
        return new Evidence(
                user.userId(),
                user.lines(),
                user.numbers(),
                user.entries(),
                user.entriesOfOthers(),
                strays,
                user.holding());
    }

    private static List<StoredRow> rows(List<String> lines) {
        return IntStream.range(0, lines.size())
                .mapToObj(place -> row(place + 1, lines.get(place)))
                .toList();
    }

    private static List<StoredRow> rowsWithout(List<String> lines, int number) {
        return rows(lines).stream().filter(row -> row.key().number() != number).toList();
    }

    private static StoredRow row(int number, String line) {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("at", StoredRow.text(NOW.plus(Duration.ofHours(number))));
        columns.put("cause", "OPERATOR");
        for (String column : line.split(" ", -1)) {
            int equals = column.indexOf('=');
            columns.put(column.substring(0, equals), column.substring(equals + 1));
        }
        return new StoredRow(new StoredRow.Key(StoredRow.Kind.LINE, "ann", number), columns);
    }

    private static List<String> changed(List<String> lines, int number, String column, @Nullable String value) {
        List<String> changed = new ArrayList<>(lines);
        String kept = Stream.of(lines.get(number - 1).split(" ", -1))
                .filter(other -> !other.startsWith(column + "="))
                .reduce((one, other) -> one + " " + other)
                .orElseThrow();
        changed.set(number - 1, value == null ? kept : kept + " " + column + "=" + value);
        return changed;
    }
}
