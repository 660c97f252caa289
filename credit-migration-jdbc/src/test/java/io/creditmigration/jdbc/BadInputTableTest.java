package io.creditmigration.jdbc;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.DispatchOptions;
import io.creditmigration.Health;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.RollbackOptions;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Stages;
import io.creditmigration.Usage;
import io.creditmigration.UsageTiers;
import io.creditmigration.UsageWindow;
import io.creditmigration.testkit.InMemoryMigrationStore;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each bad value gets. The table is {@code docs/bad-input.md}: this test writes it, with {@code CREDIT_MIGRATION_TEST_WRITE}
 * in the environment, and fails where it is not as it would write it.
 */
final class BadInputTableTest {

    private static final Instant AT = Instant.parse("2026-01-06T00:00:00Z");
    private static final String LONG = "x".repeat(10_000);
    private static final Path DOCUMENT = Path.of(System.getProperty("basedir", "."), "..", "docs", "bad-input.md");

    /** One row: where, what is handed in, and how. */
    private record Row(String where, String input, ThrowingCallable call) {}

    static Stream<Arguments> rows() {
        return table().stream().map(row -> arguments(row.where() + " ← " + row.input(), row.call()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void a_bad_value_is_refused_by_name(String what, ThrowingCallable call) {
        Throwable refusal = catchThrowable(call);

        assertThat(refusal).isInstanceOf(InvalidValueException.class);
        assertThat(refusal).hasMessageContaining(" is '").hasMessageContaining("; allowed: ");
        assertThat(refusal.getMessage().length()).isLessThan(1_000);
    }

    @Test
    void the_documented_table_is_this_one() throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        for (Row row : table()) {
            text.append("| `")
                    .append(row.where())
                    .append("` | ")
                    .append(row.input())
                    .append(" | ");
            text.append(message(catchThrowable(row.call()))).append(" |\n");
        }
        if (System.getenv("CREDIT_MIGRATION_TEST_WRITE") != null) {
            Files.writeString(DOCUMENT, text);
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(text.toString());
    }

    private static final String HEAD = """
            # Bad input, and what it gets

            Every value is checked before anything is read or written, and refused by an `InvalidValueException` that names the value
            and says what is allowed. Null is refused so too, wherever the type does not allow it: `NullsTest` finds every public
            method and constructor by reflection and tries each place. Ids with quotes, wildcards, line breaks, 4-byte or
            right-to-left characters are ids as others are, on each database (`HostileIdsTest`).

            Written by `BadInputTableTest`: `CREDIT_MIGRATION_TEST_WRITE=1 ./mvnw test -pl credit-migration-jdbc -am
            -Dtest=BadInputTableTest -Dsurefire.failIfNoSpecifiedTests=false`

            | what | is handed | and answers |
            |---|---|---|
            """;

    private static String message(Throwable refusal) {
        String message = legible(refusal.getMessage()).replace("|", "\\|");
        return message.length() <= 160
                ? message
                : message.substring(0, 60) + "…" + message.substring(message.length() - 90);
    }

    private static List<Row> table() {
        List<Row> rows = new ArrayList<>();
        for (String amount :
                List.of("", " ", "abc", "NaN", "Infinity", "1,5", "1 000", "0x10", "1e999999999", "1E+2147483647")) {
            rows.add(new Row("Credits.of(String)", shown(amount), () -> Credits.of(amount)));
            rows.add(new Row("CreditRate.of(String)", shown(amount), () -> CreditRate.of(amount)));
        }
        rows.add(new Row("Credits.of(String)", "10,000 characters", () -> Credits.of(LONG)));
        rows.add(new Row("Credits.of(String)", "21 digits", () -> Credits.of("1" + "0".repeat(20))));
        rows.add(new Row("Credits.of(String)", "19 decimals", () -> Credits.of("0.0000000000000000001")));
        rows.add(new Row("Credits.plus(Credits)", "more than 20 digits in all", () -> {
            Credits most = Credits.of("9".repeat(20));
            most.plus(most);
        }));
        rows.add(new Row("CreditRate.of(long)", "0", () -> CreditRate.of(0)));
        rows.add(new Row("CreditRate.of(long)", "−1", () -> CreditRate.of(-1)));
        rows.add(new Row("CreditRate.of(long)", "the largest long", () -> CreditRate.of(Long.MAX_VALUE)));
        rows.add(new Row("CreditRate.of(String)", "7 decimals", () -> CreditRate.of("0.0000001")));
        rows.add(new Row(
                "CreditPolicy.convert",
                "equal rates",
                () -> CreditPolicy.convert(CreditRate.of(1), CreditRate.of("1.00"))));
        rows.add(new Row("RateConversion.scale", "−1", () -> conversion().scale(-1)));
        rows.add(new Row("RateConversion.scale", "19", () -> conversion().scale(19)));
        rows.add(new Row(
                "RateConversion.rounding", "UNNECESSARY", () -> conversion().rounding(RoundingMode.UNNECESSARY)));
        rows.add(new Row(
                "RateConversion.scale",
                "5, on a column of 4 decimals",
                () -> MigrationService.of(migration(conversion().scale(5)), InMemoryMigrationStore.with())));
        rows.add(new Row("UsageTiers.of", "−1 credit", () -> UsageTiers.of(Credits.of(-1))));
        rows.add(new Row(
                "UsageTiers.above",
                "a tier below the one before",
                () -> CreditPolicy.initialGrant().above(10, Credits.of(60))));
        rows.add(new Row("Allocation.of", "−1 credit", () -> Allocation.of(Credits.of(-1), "why")));
        rows.add(new Row("Allocation.of", "a blank reason", () -> Allocation.of(Credits.ZERO, " ")));
        rows.add(new Row("Allocation.of", "a reason of 10,000 characters", () -> Allocation.of(Credits.ZERO, LONG)));
        rows.add(new Row(
                "CreditPolicy.named",
                "a name with a space",
                () -> CreditPolicy.initialGrant().named("a b", 1)));
        rows.add(new Row(
                "CreditPolicy.named",
                "version 0",
                () -> CreditPolicy.initialGrant().named("vip", 0)));
        for (String id : List.of(
                "", " ", "-rate", "a b", "o'neil", "x; DROP TABLE users", "nul\0", "naïve", "😀", "\u202Erate")) {
            rows.add(new Row("Migration.named", shown(id), () -> Migration.named(id)));
        }
        rows.add(new Row("Migration.named", "65 characters", () -> Migration.named("x".repeat(65))));
        rows.add(new Row(
                "Builder.build",
                "no cut-off",
                () -> Migration.named("m").policy(conversion()).build()));
        rows.add(new Row(
                "Builder.build",
                "no policy",
                () -> Migration.named("m").cutOff(AT).build()));
        rows.add(new Row(
                "Builder.cutOff", "nanoseconds", () -> Migration.named("m").cutOff(AT.plusNanos(1))));
        rows.add(new Row(
                "Builder.usageWindowDays", "0", () -> Migration.named("m").usageWindowDays(0)));
        rows.add(new Row(
                "Builder.usageWindowDays", "367", () -> Migration.named("m").usageWindowDays(367)));
        rows.add(new Row("new UsageWindow", "half a day", () -> new UsageWindow(AT, AT.plus(Duration.ofHours(12)))));
        rows.add(new Row("new Usage", "−1 operations", () -> new Usage(-1, 1, 0, 0)));
        rows.add(new Row("new Rollout", "−1 %", () -> new Rollout(-1, false)));
        rows.add(new Row("new Rollout", "101 %", () -> new Rollout(101, false)));
        rows.add(new Row("Stages.of", "25, 5", () -> Stages.of(25, 5)));
        rows.add(new Row("Stages.of", "0", () -> Stages.of(0)));
        rows.add(new Row(
                "MigrationOptions.withAttempts",
                "0",
                () -> MigrationOptions.defaults().withAttempts(0)));
        rows.add(new Row(
                "MigrationOptions.withAttempts",
                "101",
                () -> MigrationOptions.defaults().withAttempts(101)));
        rows.add(new Row(
                "MigrationOptions.withKnownUsers",
                "−1",
                () -> MigrationOptions.defaults().withKnownUsers(-1, Duration.ZERO)));
        rows.add(new Row(
                "MigrationOptions.withKnownUsers",
                "for −1 s",
                () -> MigrationOptions.defaults().withKnownUsers(1, Duration.ofSeconds(-1))));
        rows.add(new Row(
                "MigrationOptions.withKnownUsers",
                "for 2 days",
                () -> MigrationOptions.defaults().withKnownUsers(1, Duration.ofDays(2))));
        rows.add(new Row(
                "RunSettings.withPageSize", "0", () -> RunSettings.defaults().withPageSize(0)));
        rows.add(new Row(
                "RunSettings.withPageSize",
                "10,001",
                () -> RunSettings.defaults().withPageSize(10_001)));
        rows.add(new Row(
                "RunSettings.withPageOperations",
                "0",
                () -> RunSettings.defaults().withPageOperations(0)));
        rows.add(new Row(
                "RunSettings.withThreads", "0", () -> RunSettings.defaults().withThreads(0)));
        rows.add(new Row(
                "RunSettings.withThreads", "65", () -> RunSettings.defaults().withThreads(65)));
        rows.add(new Row(
                "RunSettings.withUsersPerSecond",
                "−1",
                () -> RunSettings.defaults().withUsersPerSecond(-1)));
        rows.add(new Row(
                "RunSettings.withFailureRateMax",
                "1.01",
                () -> RunSettings.defaults().withFailureRateMax(new BigDecimal("1.01"))));
        rows.add(new Row(
                "RunSettings.withFailureRateMax",
                "7 decimals",
                () -> RunSettings.defaults().withFailureRateMax(new BigDecimal("0.0000001"))));
        rows.add(new Row(
                "RunSettings.withGrantedMax", "−1", () -> RunSettings.defaults().withGrantedMax(Credits.of(-1))));
        rows.add(new Row(
                "RunOptions.withUsers", "nobody", () -> RunOptions.defaults().withUsers(List.of())));
        rows.add(new Row(
                "RunOptions.withUsers",
                "an empty id",
                () -> RunOptions.defaults().withUsers(List.of("ann", ""))));
        rows.add(new Row("RunScope.of", "nonsense", () -> RunScope.of("nonsense")));
        rows.add(new Row(
                "RollbackOptions.withStage",
                "0 %",
                () -> RollbackOptions.defaults().withStage(0)));
        rows.add(new Row(
                "RollbackOptions.withMigratedBetween",
                "an end before the begin",
                () -> RollbackOptions.defaults().withMigratedBetween(AT, AT.minusSeconds(1))));
        rows.add(new Row(
                "DispatchOptions.withBatches",
                "0",
                () -> DispatchOptions.defaults().withBatches(0, Duration.ofMinutes(1))));
        rows.add(new Row(
                "DispatchOptions.withBatches",
                "leased for 0 s",
                () -> DispatchOptions.defaults().withBatches(1, Duration.ZERO)));
        rows.add(new Row(
                "DispatchOptions.withRetries",
                "0",
                () -> DispatchOptions.defaults().withRetries(0, Duration.ofSeconds(1), Duration.ofSeconds(1))));
        rows.add(new Row(
                "DispatchOptions.withRetries",
                "a longest pause below the first",
                () -> DispatchOptions.defaults().withRetries(1, Duration.ofSeconds(9), Duration.ofSeconds(1))));
        rows.add(new Row("NoticeTemplates.shipped", "a blank page", () -> NoticeTemplates.shipped(" ")));
        rows.add(new Row("Health.stop", "a blank reason", () -> Health.stop("")));
        rows.add(new Row("Actor.operator", "blank", () -> Actor.operator(" ")));
        rows.add(new Row("Actor.operator", "10,000 characters", () -> Actor.operator(LONG)));
        for (String id : List.of("", "nul\0", "\uD83D", "half\uD83Dway")) {
            rows.add(new Row(
                    "MigrationService.migrate", shown(id), () -> service().migrate(id)));
        }
        rows.add(new Row(
                "MigrationService.migrate", "256 characters", () -> service().migrate("x".repeat(256))));
        rows.add(new Row(
                "MigrationService.rollback",
                "a blank reason",
                () -> service().rollback("ann", Actor.operator("olga"), "")));
        rows.add(new Row(
                "MigrationService.rollback",
                "a reason with NUL",
                () -> service().rollback("ann", Actor.operator("olga"), "nul\0")));
        rows.add(new Row(
                "MigrationService.run",
                "a tolerance of 1",
                () -> service().run(service().plan(), BigDecimal.ONE, RunOptions.defaults())));
        rows.add(new Row(
                "MigrationService.run",
                "a tolerance below 0",
                () -> service().run(service().plan(), new BigDecimal("-0.1"), RunOptions.defaults())));
        rows.add(new Row(
                "MigrationRuns.find",
                "a run that there is not",
                () -> service().runs().find("nonsense")));
        rows.add(new Row(
                "MigrationRuns.failed", "0 of them", () -> service().runs().failed(null, 0)));
        rows.add(new Row("HostTables.users", "empty", () -> HostTables.users("")));
        rows.add(new Row("HostTables.users", "with NUL", () -> HostTables.users("users\0")));
        rows.add(new Row("HostTables.users", "129 characters", () -> HostTables.users("x".repeat(129))));
        rows.add(new Row(
                "HostTables.minorUnits", "−1", () -> HostTables.users("users").minorUnits(-1)));
        rows.add(new Row(
                "HostTables.minorUnits", "19", () -> HostTables.users("users").minorUnits(19)));
        rows.add(new Row("new LibraryTables", "a prefix with a quote", () -> new LibraryTables(null, "cm'")));
        rows.add(new Row("new LibraryTables", "a prefix of 31 letters", () -> new LibraryTables(null, "x".repeat(31))));
        return rows;
    }

    private static String shown(String text) {
        if (text.isBlank()) {
            return text.isEmpty() ? "empty" : "blank";
        }
        return "`" + legible(text) + "`";
    }

    /** What would do harm to a reader is written as a number. */
    private static String legible(String text) {
        StringBuilder legible = new StringBuilder();
        text.codePoints().forEach(point -> {
            boolean harmless = point >= ' '
                    && Character.getType(point) != Character.FORMAT
                    && Character.getType(point) != Character.SURROGATE;
            legible.append(harmless ? Character.toString(point) : String.format("\\u{%X}", point));
        });
        return legible.toString();
    }

    private static io.creditmigration.RateConversion conversion() {
        return CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500));
    }

    private static Migration migration(io.creditmigration.RateConversion conversion) {
        return Migration.named("m").cutOff(AT).policy(conversion).build();
    }

    private static MigrationService service() {
        return MigrationService.of(
                migration(conversion()), InMemoryMigrationStore.with(user("ann").credits("50")));
    }
}
