package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Consent;
import io.creditmigration.Credits;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigurationFileTest {

    private static final String WHOLE = """
            database:
              url: jdbc:postgresql://localhost/shop
              user: shop
              password-from: env:SHOP_PASSWORD
            library-tables: { schema: billing, prefix: cm_ }
            users:
              schema: public
              table: users
              id: id
              balance: credits
              balance-moves-to: credits2
              reserved: held
              flag: migrated
              flag-value: 'YES'
              rate: rate
              version: version
              registered-at: created_at
              zone: Asia/Saigon
              exempt: { column: role, values: [admin, root] }
              only-with: { tenant: acme }
              only-without: [deleted_at]
              on-migration-set: { rate_limit: ~ }
            migration:
              id: rate-2500
              cut-off: 2026-01-06T00:00:00Z
              convert: { from: 1000, to: 2500, decimals: 2, rounding: half-up }
              consent: none
              usage-window-days: 10
            notices: true
            run:
              page-size: 100
              page-operations: 1000
              threads: 2
              users-per-second: 50
              failure-rate-max: 0.01
              granted-max: 1000000
            """;

    @Test
    void every_key_is_understood() {
        Configuration configuration = parse(WHOLE);

        assertThat(configuration.connection().password().name()).isEqualTo("SHOP_PASSWORD");
        assertThat(configuration.ours().prefix()).isEqualTo("cm_");
        assertThat(configuration.migration().cutOff()).isEqualTo(Instant.parse("2026-01-06T00:00:00Z"));
        assertThat(configuration.migration().consent()).isEqualTo(Consent.NONE);
        assertThat(configuration.migration().fingerprint()).contains("1000", "2500", "HALF_UP", "window=10d");
        assertThat(configuration.settings().threads()).isEqualTo(2);
        assertThat(configuration.settings().failureRateMax()).isEqualByComparingTo(new BigDecimal("0.01"));
        assertThat(configuration.settings().grantedMax()).isEqualTo(Credits.of(1_000_000));
        assertThat(configuration.notices()).isTrue();
    }

    @Test
    void a_grant_with_tiers_and_accounts_of_the_library() {
        Configuration configuration = parse("""
                database: { url: 'jdbc:h2:mem:x' }
                users: { table: users }
                accounts: { own: true }
                operations: { table: operations, id: id, user: user_id, at: made_at, history: false }
                purchases: { table: purchases, user: user_id, credits: credits }
                migration:
                  id: credits
                  cut-off: 2026-01-06T00:00:00Z
                  grant: { base: 20, above: { 10: 50, 100: 80.5 } }
                """);

        assertThat(configuration.migration().policy().definition())
                .isEqualTo("usage-tiers v1 base=20 above 10/day=50 above 100/day=80.5");
        assertThat(configuration.migration().consent()).isEqualTo(Consent.NONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            balance: credits | balnce: credits | 10: 'balnce' is not a key of 'users'; did you mean 'balance'?
            notices: true | notice: true | 29: 'notice' is not a key of the configuration; did you mean 'notices'?
            notices: true | notices: perhaps | 29: notices is 'perhaps'; allowed: true or false
            notices: true | notices: [true] | 29: notices is a list, not one value
            table: users | table: | 8: users.table is missing; give it a value
            id: id | table: users | 9: 'users.table' is there twice; keep one
            page-size: 100 | page-size: many | 31: run.page-size is 'many'; allowed: a whole number
            threads: 2 | threads: 99 | 33: run.threads is '99'; allowed: 1 to 64 threads
            failure-rate-max: 0.01 | failure-rate-max: 1.5 | 35: run.failure-rate-max is '1.5'; allowed: 0 to 1
            cut-off: 2026-01-06T00:00:00Z | cut-off: TODO | 25: migration.cut-off is 'TODO'; allowed: an instant such as 2026-01-06T00:00:00Z
            id: rate-2500 | id: a b | 24: migration.id: migration id is 'a b'; allowed: 1 to 64 letters
            consent: none | consent: maybe | 27: migration.consent is 'maybe'; allowed: confirm-positive or none
            from: 1000, | from: TODO, | 26: migration.convert.from is 'TODO'; allowed: a decimal number
            from: 1000, | from: -1, | 26: migration.convert.from is '-1'; allowed: above zero
            to: 2500, | to: 1000, | 26: migration.convert.to: new rate is '1000'; allowed: another than the old rate
            from: 1000, to: 2500, | from: 1000, | 26: migration.convert.to is missing; give it what one credit costs
            zone: Asia/Saigon | zone: Mars | 18: users.zone is 'Mars'; allowed: a zone such as UTC
            exempt: { column: role, values: [admin, root] } | exempt: role | 19: users.exempt is 'role', not keys with values
            prefix: cm_ | prefix: CM | 5: library-tables.prefix: table prefix is 'CM'; allowed: 1 to 30 lower-case
            jdbc:postgresql://localhost/shop | jdbc:oracle:x | 2: database.url must begin as one of
            jdbc:postgresql://localhost/shop | jdbc:mariadb://x/y?user=a&password=b | 2: database.url has a password in it
            env:SHOP_PASSWORD | hunter2 | 4: database.password-from says where the password is; allowed: env:VARIABLE
            user: shop | password: hunter2 | 3: 'password' is not a key of 'database'; known are url, user, password-from
            flag: migrated | "# flag: migrated" | 14: users.flag-value is of no use without users.flag
            users: | "users: [" | is not YAML
            """)
    void what_is_wrong_is_refused_with_its_line(String right, String wrong, String problem) {
        String text = WHOLE.replaceFirst(Pattern.quote(right), wrong);
        assertThat(text).isNotEqualTo(WHOLE);

        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE))
                .message()
                .startsWith("shop.yaml:")
                .contains(problem)
                .doesNotContain("hunter2")
                .hasLineCount(1);
    }

    @Test
    void the_environment_goes_before_the_file_and_can_stand_for_it() {
        Map<String, String> environment = Map.of(
                "CREDIT_MIGRATION_RUN_PAGE_SIZE", "7",
                "CREDIT_MIGRATION_USERS_EXEMPT_VALUES", "guest, bot",
                "CREDIT_MIGRATION_MIGRATION_CONVERT_TO", "3000",
                "CREDIT_MIGRATION_NOTICES", "false",
                "CREDIT_MIGRATION_PASSWORD", "not a key");

        Configuration configuration = parse(WHOLE, environment);
        Configuration withSection =
                parse(WHOLE.replaceFirst("(?s)run:.*", ""), Map.of("CREDIT_MIGRATION_RUN_USERS_PER_SECOND", "5"));

        assertThat(configuration.settings().pageSize()).isEqualTo(7);
        assertThat(configuration.settings().threads()).isEqualTo(2);
        assertThat(configuration.migration().fingerprint()).contains("3000");
        assertThat(configuration.notices()).isFalse();
        assertThat(withSection.settings().usersPerSecond()).isEqualTo(5);
        assertThat(withSection.settings().pageSize()).isEqualTo(1_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREDIT_MIGRATION_RUN_PAGE_SIZE  | many | CREDIT_MIGRATION_RUN_PAGE_SIZE: run.page-size is 'many'
            CREDIT_MIGRATION_RUN_PAGESIZE   | 5    | names no key of 'run'; did you mean 'CREDIT_MIGRATION_RUN_PAGE_SIZE'?
            CREDIT_MIGRATION_USERS_FLAG_OLD | 5    | the environment variable CREDIT_MIGRATION_USERS_FLAG_OLD names no key
            CREDIT_MIGRATION_DATABASE_URL   | x    | CREDIT_MIGRATION_DATABASE_URL: database.url must begin as one of
            """)
    void a_variable_that_is_wrong_is_named(String variable, String value, String problem) {
        assertThatThrownBy(() -> parse(WHOLE, Map.of(variable, value)))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(problem);
    }

    @Test
    void a_file_from_windows_is_read_like_any_other() {
        Configuration configuration = parse("\uFEFF" + WHOLE.replace("\n", "\r\n"));

        assertThat(configuration.migration().fingerprint())
                .isEqualTo(parse(WHOLE).migration().fingerprint());
        assertThat(configuration.settings()).isEqualTo(parse(WHOLE).settings());
    }

    @Test
    void a_section_that_is_missing_is_named() {
        assertThatThrownBy(() -> parse("users: { table: users }"))
                .hasMessageStartingWith("shop.yaml:1: database is missing");
        assertThatThrownBy(() -> parse("")).hasMessageContaining("is empty");
        assertThatThrownBy(() -> parse(WHOLE.replaceFirst("(?m)^  convert: .*$", "")))
                .hasMessageContaining("migration needs one of 'convert'");
        assertThatThrownBy(() -> parse(WHOLE + "accounts: { own: true }\n"))
                .hasMessageContaining("users.balance and 'accounts' exclude each other");
    }

    private static Configuration parse(String text) {
        return parse(text, Map.of());
    }

    private static Configuration parse(String text, Map<String, String> environment) {
        return ConfigurationFile.parse("shop.yaml", text, environment);
    }
}
