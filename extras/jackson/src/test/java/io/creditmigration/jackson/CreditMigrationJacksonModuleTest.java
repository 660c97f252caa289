package io.creditmigration.jackson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Migration;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationService;
import io.creditmigration.Quote;
import io.creditmigration.testkit.InMemoryMigrationStore;
import io.creditmigration.testkit.SeedUser;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A quote survives HTTP, and no amount loses a digit on the way. */
final class CreditMigrationJacksonModuleTest {

    private static final Instant TAKEN_AT = Instant.parse("2026-01-06T08:30:00.123456Z");
    private static final Quote QUOTE = new Quote(
            "rate-2500",
            "Ann Ø \"4711\"",
            2,
            Credits.of("12345678901234567890.123456789012345678"),
            Credits.of("0.0001"),
            CreditRate.of(1_000),
            CreditRate.of("2500.5"),
            TAKEN_AT);

    private final JsonMapper mapper = JsonMapper.builder().findAndAddModules().build();

    /** As a controller's answer and a form's content. */
    record Page(Quote quote, Credits credits, CreditRate rate) {}

    record Form(Quote quote) {}

    @Test
    void a_quote_is_written_with_what_a_page_shows_and_its_token() {
        JsonNode json = mapper.valueToTree(QUOTE);

        assertThat(json.propertyNames())
                .containsExactly("token", "migrationId", "oldCredits", "newCredits", "oldRate", "newRate", "takenAt");
        assertThat(json.get("token").asString()).isEqualTo(QUOTE.token());
        assertThat(json.get("oldCredits").asString()).isEqualTo("12345678901234567890.123456789012345678");
        assertThat(json.get("newCredits").asString()).isEqualTo("0.0001");
        assertThat(json.get("newRate").asString()).isEqualTo("2500.5");
        assertThat(json.get("takenAt").asString()).isEqualTo("2026-01-06T08:30:00.123456Z");
    }

    @Test
    void a_quote_comes_back_equal_as_an_object_and_as_a_token() {
        String page = mapper.writeValueAsString(new Page(QUOTE, Credits.of("7.50"), CreditRate.of(2_500)));

        assertThat(mapper.readValue(page, Page.class))
                .isEqualTo(new Page(QUOTE, Credits.of("7.5"), CreditRate.of(2_500)));
        assertThat(mapper.readValue("{\"quote\":\"" + QUOTE.token() + "\"}", Form.class))
                .isEqualTo(new Form(QUOTE));
    }

    @Test
    void figures_beside_the_token_are_not_believed() {
        String edited = mapper.writeValueAsString(QUOTE)
                .replace("\"0.0001\"", "\"999999\"")
                .replace("{", "{\"extra\":{\"token\":\"other\"},");

        assertThat(mapper.readValue(edited, Quote.class)).isEqualTo(QUOTE);
    }

    @Test
    void a_quote_that_came_back_through_json_is_what_is_confirmed() {
        MigrationService migrations = MigrationService.of(
                Migration.named("rate-2500")
                        .cutOff(Instant.EPOCH)
                        .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                        .build(),
                InMemoryMigrationStore.with(
                        SeedUser.user("ann").credits("100").registeredAt(Instant.EPOCH.minusSeconds(1))));
        String shown = mapper.writeValueAsString(migrations.quote("ann").orElseThrow());

        MigrationResult result = migrations.confirm("ann", mapper.readValue(shown, Quote.class), Actor.user("ann"));

        assertThat(result.status()).isEqualTo(MigrationResult.Status.MIGRATED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1", "\"0.1\"", "0.10000", "1e-1"})
    void an_amount_is_read_exactly_from_text_and_numbers(String json) {
        assertThat(mapper.readValue(json, Credits.class)).isEqualTo(Credits.of(new BigDecimal("0.1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"ten\"", "\"\"", "true", "[]", "{}", "1e999999999", "\"0.1234567890123456789\""})
    void what_is_no_amount_is_refused(String json) {
        assertThatThrownBy(() -> mapper.readValue(json, Credits.class)).isInstanceOf(DatabindException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "\"-1\""})
    void what_is_no_rate_is_refused_with_what_is_allowed(String json) {
        assertThatThrownBy(() -> mapper.readValue(json, CreditRate.class))
                .isInstanceOf(DatabindException.class)
                .hasMessageContaining("above zero");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"q1.altered\"", "{}", "{\"token\":7}", "[]", "7"})
    void what_is_no_quote_is_refused(String json) {
        assertThatThrownBy(() -> mapper.readValue(json, Quote.class)).isInstanceOf(DatabindException.class);
    }
}
