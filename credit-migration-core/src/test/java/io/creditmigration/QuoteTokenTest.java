package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A quote goes to a browser and comes back the same, or not at all. */
final class QuoteTokenTest {

    private static final Instant AT = Instant.parse("2026-01-06T10:00:00.123456Z");
    private static final Credits LARGEST = Credits.of("-99999999999999999999.999999999999999999");
    private static final CreditRate DEAREST = CreditRate.of("999999999999.999999");
    private static final Quote QUOTE = new Quote(
            "rate-2500", "bob", 1, Credits.of(50), Credits.of(20), CreditRate.of(1_000), CreditRate.of(2_500), AT);

    static Stream<Quote> quotes() {
        return Stream.of(
                QUOTE,
                new Quote("to-credits", "bob", 1, Credits.of(50), Credits.of(70), null, null, AT),
                new Quote("m", "a", Integer.MAX_VALUE, Credits.of("1E+19"), Credits.ZERO, null, DEAREST, Instant.MIN),
                new Quote("m", "a", 0, Credits.of("-0.5"), Credits.of("1e-18"), DEAREST, null, Instant.EPOCH),
                of("安 😀 Å|\n\t,;\"'<&>\\\u007f\ufeff\ufffd"),
                of(" "),
                of("0b9af1c8-8dbd-4f5c-9d2f-4e0e6a1f4f0f"),
                of("x".repeat(255)),
                new Quote(
                        "m".repeat(64),
                        "安".repeat(255),
                        Integer.MIN_VALUE,
                        LARGEST,
                        LARGEST,
                        DEAREST,
                        DEAREST,
                        Instant.MIN.plusNanos(1)));
    }

    private static Quote of(String userId) {
        return new Quote("rate-2500", userId, 2, Credits.of("0.0001"), Credits.ZERO, null, null, AT);
    }

    @ParameterizedTest
    @MethodSource("quotes")
    void a_quote_comes_back_the_same(Quote quote) {
        assertThat(Quote.parse(quote.token())).isEqualTo(quote);
    }

    @ParameterizedTest
    @MethodSource("quotes")
    void a_token_needs_no_escaping_and_fits_a_header(Quote quote) {
        assertThat(quote.token()).matches("q1\\.[A-Za-z0-9_-]+").hasSizeLessThanOrEqualTo(Quote.TOKEN_LENGTH_MAX);
    }

    @ParameterizedTest
    @MethodSource("quotes")
    void a_token_that_was_cut_is_refused(Quote quote) {
        String token = quote.token();

        for (int length = 0; length < token.length(); length++) {
            refused(token.substring(0, length));
        }
        refused(token.substring(1));
    }

    @Test
    void a_token_with_another_character_is_refused_or_another_quote() {
        String token = QUOTE.token();

        for (int at = 0; at < token.length(); at++) {
            for (char other : "A0_-.=+/ \n\0é".toCharArray()) {
                if (other != token.charAt(at)) {
                    String altered = token.substring(0, at) + other + token.substring(at + 1);
                    try {
                        assertThat(Quote.parse(altered).token()).isEqualTo(altered);
                    } catch (InvalidValueException e) {
                        assertThat(e).hasMessageStartingWith("quote token is '");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "q1.",
                "q1",
                "q2.AAAA",
                "Q1.AAAA",
                "q1.====",
                "null",
                "[object Object]",
                "{\"migrationId\":\"rate-2500\"}",
                "q1.A"
            })
    void what_is_no_token_is_refused(String text) {
        refused(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "m|1|50|20|1000|2500|bob",
                "m|1|50|20|1000|2500|bob|2026-01-06T10:00:00Z|",
                "|1|50|20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m m|1|50|20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m||50|20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m|one|50|20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m|+1|50|20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m|99999999999|50|20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m|1||20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m|1|50.0|20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m|1|5E1|20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m|1|1E+999999999|20|1000|2500|bob|2026-01-06T10:00:00Z",
                "m|1|50|NaN|1000|2500|bob|2026-01-06T10:00:00Z",
                "m|1|50|20|0|2500|bob|2026-01-06T10:00:00Z",
                "m|1|50|20|1000|-1|bob|2026-01-06T10:00:00Z",
                "m|1|50|20|1000|2500||2026-01-06T10:00:00Z",
                "m|1|50|20|1000|2500|bob|",
                "m|1|50|20|1000|2500|bob|today",
                "m|1|50|20|1000|2500|bob|2026-01-06T11:00:00+01:00"
            })
    void a_token_with_a_field_that_cannot_be_is_refused(String fields) {
        refused(encoded(fields.replace('|', '\0')));
    }

    @Test
    void a_token_that_says_the_same_in_other_words_is_refused() {
        String fields = "m|1|50|20|1000|2500|bob|2026-01-06T10:00:00Z".replace('|', '\0');

        assertThat(Quote.parse(encoded(fields)).userId()).isEqualTo("bob");
        refused(encoded(fields) + "=");
        refused(encoded(fields.replace("T", "t").replace("Z", "z")));
    }

    @Test
    void a_long_text_is_refused_unread_and_not_repeated() {
        assertThatThrownBy(() -> Quote.parse("q1." + "A".repeat(1_000_000)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("quote token is 'q1.AAAA")
                .hasMessageEndingWith("…' (1000003 characters); allowed: a text that Quote.token() returned, whole"
                        + " and unchanged")
                .extracting(Throwable::getMessage, InstanceOfAssertFactories.STRING)
                .hasSizeLessThan(250);
    }

    @Test
    void a_missing_token_is_refused() {
        assertThatThrownBy(() -> Quote.parse(null)).hasMessage("quote token is 'null'; allowed: a value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\0b", "\ud83d"})
    void a_quote_of_a_user_that_cannot_be_has_no_token(String userId) {
        assertThatThrownBy(() -> of(userId).token()).isInstanceOf(InvalidValueException.class);
    }

    private static void refused(String token) {
        assertThatThrownBy(() -> Quote.parse(token))
                .as(token)
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("quote token is '")
                .hasMessageEndingWith("; allowed: a text that Quote.token() returned, whole and unchanged");
    }

    private static String encoded(String fields) {
        return "q1." + Base64.getUrlEncoder().withoutPadding().encodeToString(fields.getBytes(StandardCharsets.UTF_8));
    }
}
