package io.creditmigration.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DemoTest {

    private static final int USERS = 500;

    private static final String TABLES_NAMED =
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'PUBLIC' AND table_name = ?";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void both_stories_are_told_and_their_figures_reconcile() {
        int status = tell(database -> {});

        assertThat(printed())
                .contains(
                        "FROM RATE LIMITS TO CREDITS",
                        "FROM AN OLD PRICE TO A NEW ONE",
                        "403 migration_required",
                        "a second click answers ALREADY_MIGRATED and changes nothing",
                        "the next automatic trigger answers ROLLED_BACK and leaves the user alone",
                        "running again changed nothing",
                        "All figures reconcile")
                .doesNotContain("FAILED");
        assertThat(status).isZero();
    }

    @Test
    void a_hundredth_of_a_credit_too_much_in_one_account_is_found() {
        int status = tell(database -> {
            if (database.count(TABLES_NAMED, "ACCOUNT_BEFORE") == 1) {
                database.update("""
                        UPDATE credit_migration_account SET balance = balance + 0.01
                        WHERE user_id = (SELECT MIN(user_id) FROM credit_migration_account)
                        """);
            }
        });

        assertThat(printed())
                .containsSubsequence(
                        "FAILED  credits = before", "FAILED  ... and so for each user", "found    1, such as");
        assertThat(status).isOne();
    }

    @Test
    void a_ten_thousandth_of_a_credit_too_much_at_the_old_rate_is_found() {
        int status = tell(database -> {
            if (database.count(TABLES_NAMED, "ACCOUNT_BEFORE") == 0) {
                database.update("UPDATE users SET credits = credits + 0.0001 WHERE id = 7");
            }
        });

        assertThat(printed()).containsSubsequence("FAILED  worth = before", "such as user [7]");
        assertThat(status).isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "help", "demo --users", "demo --users 10", "demo --users many", "demo --colour red"})
    void other_arguments_are_answered_with_the_usage(String arguments) {
        int status = Demo.run(new Screen(out, false), out, arguments.split(" "));

        assertThat(printed()).startsWith("Usage: credit-migration demo");
        assertThat(status).isEqualTo(2);
    }

    @Test
    void no_line_is_wider_than_a_terminal() {
        tell(database -> {});

        assertThat(printed().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    @Test
    void the_result_fits_a_screen_of_80_columns_and_24_lines() {
        tell(database -> {});

        String result = printed().substring(printed().lastIndexOf("=\nRESULT\n") + 2);
        assertThat(result.lines())
                .hasSizeLessThanOrEqualTo(22)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
        assertThat(result)
                .contains("All figures reconcile, in both applications. It took ")
                .containsPattern("users +500 +500\n")
                .containsPattern("rolled back, to show that it works +1 +1\n")
                .containsPattern("checks by plain SQL that hold +(\\d+) of \\1 +(\\d+) of \\2\n");
    }

    private int tell(Consumer<Database> beforeChecks) {
        return Demo.tell(new Screen(out, false), USERS, 42, beforeChecks);
    }

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
