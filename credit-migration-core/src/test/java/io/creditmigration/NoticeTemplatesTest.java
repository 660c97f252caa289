package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users read, and what is refused before any of them waits for it. */
final class NoticeTemplatesTest {

    private static final String PAGE = "https://example.com/credits";
    private static final Locale VIETNAMESE = Locale.forLanguageTag("vi-VN");
    private static final Instant AT = Instant.parse("2026-01-06T23:30:00Z");
    private static final NoticeTemplates SHIPPED = NoticeTemplates.shipped(PAGE);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    PRE_ANNOUNCEMENT | Exciting Update: Credit System Coming Soon
                    COMPLETE         | Welcome to Credits! You've received 20 free credits
                    ISSUE            | Credit Migration - We're Here to Help
                    ROLLED_BACK      | Your rate limits apply again
                    """)
    void the_english_titles_of_a_move_to_credits_are_these(NoticeKind kind, String title) {
        assertThat(SHIPPED.render(grant(kind), Locale.ENGLISH).title()).isEqualTo(title);
    }

    @Test
    void the_english_texts_of_a_move_to_credits_say_what_they_have_to() {
        assertThat(body(grant(NoticeKind.PRE_ANNOUNCEMENT), Locale.ENGLISH))
                .contains("More control", "Generous free credits", "No action needed", "automatic", PAGE);
        assertThat(body(grant(NoticeKind.COMPLETE), Locale.ENGLISH))
                .contains("upgraded", "Your starting balance: 25 credits.", "usage history is preserved");
        assertThat(body(grant(NoticeKind.ISSUE), Locale.ENGLISH))
                .contains("problem with migrating your account", "not interrupted", "within 24 hours");
        assertThat(body(grant(NoticeKind.ROLLED_BACK), Locale.ENGLISH))
                .contains("The rate limits apply to you again", "nothing was lost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRE_ANNOUNCEMENT", "COMPLETE", "ROLLED_BACK"})
    void a_text_of_a_move_between_rates_has_both_balances_both_rates_and_the_page(NoticeKind kind) {
        assertThat(body(conversion(kind), Locale.ENGLISH)).contains("1,234.5678", "493.8271", "1,000", "2,500", PAGE);
        assertThat(body(conversion(kind), VIETNAMESE)).contains("1.234,5678", "493,8271", "1.000", "2.500", PAGE);
    }

    @Test
    void dates_are_in_the_form_of_the_locale_and_on_the_day_of_the_zone() {
        assertThat(body(grant(NoticeKind.COMPLETE), Locale.US)).contains("January 6, 2026");
        assertThat(body(grant(NoticeKind.COMPLETE), Locale.UK)).contains("6 January 2026");
        NoticeTemplates inHanoi = SHIPPED.in(ZoneId.of("Asia/Ho_Chi_Minh"));
        assertThat(inHanoi.render(grant(NoticeKind.COMPLETE), VIETNAMESE).body())
                .contains("7 tháng 1, 2026");
    }

    @Test
    void small_amounts_are_shown_whole() {
        Notice dust = new Notice(
                "grant", "ann", 1, NoticeKind.COMPLETE, null, Credits.of("0.000000000000000001"), null, null, AT);

        assertThat(body(dust, Locale.ENGLISH)).contains("balance: 0.000000000000000001 credits");
    }

    @Test
    void one_credit_is_one() {
        Notice grant = new Notice("grant", "ann", 1, NoticeKind.COMPLETE, null, Credits.of("1.00"), null, null, AT);
        Notice conversion = new Notice(
                "rate",
                "ann",
                1,
                NoticeKind.COMPLETE,
                Credits.of("2.5"),
                Credits.of(1),
                CreditRate.of(1_000),
                CreditRate.of(2_500),
                AT);

        assertThat(SHIPPED.render(grant, Locale.ENGLISH).title())
                .isEqualTo("Welcome to Credits! You've received 1 free credit");
        assertThat(body(grant, Locale.ENGLISH)).contains("balance: 1 credit.");
        assertThat(body(conversion, Locale.ENGLISH))
                .contains("Before: 2.5 credits at 1,000 each", "Now: 1 credit at 2,500 each");
    }

    @Test
    void every_text_is_whole_in_both_languages() {
        for (Locale locale : new Locale[] {Locale.ENGLISH, VIETNAMESE}) {
            for (NoticeKind kind : NoticeKind.values()) {
                for (Notice notice : new Notice[] {grant(kind), conversion(kind)}) {
                    NoticeMessage message = SHIPPED.render(notice, locale);

                    assertThat(message.title()).isNotBlank().doesNotContain("null", "{", "\n");
                    assertThat(message.body()).isNotBlank().doesNotContain("null", "{");
                    assertThat(message.locale()).isEqualTo(locale);
                    assertThat(message.idempotencyKey()).isEqualTo(notice.id());
                }
            }
        }
    }

    @Test
    void a_language_without_texts_is_answered_in_english() {
        NoticeMessage message = SHIPPED.render(conversion(NoticeKind.COMPLETE), Locale.GERMANY);

        assertThat(message.locale()).isEqualTo(Locale.ENGLISH);
        assertThat(message.body()).contains("1,234.5678");
    }

    @Test
    void a_host_overrides_one_text_and_keeps_the_others() {
        NoticeTemplates own = SHIPPED.with(Locale.ENGLISH, bundle(Map.of("grant.complete.title", "{3} for you")));

        assertThat(own.render(grant(NoticeKind.COMPLETE), Locale.US).title()).isEqualTo("20 for you");
        assertThat(own.render(grant(NoticeKind.COMPLETE), Locale.US).body())
                .isEqualTo(body(grant(NoticeKind.COMPLETE), Locale.US));
        assertThat(SHIPPED.render(grant(NoticeKind.COMPLETE), Locale.US).title())
                .isEqualTo("Welcome to Credits! You've received 20 free credits");
    }

    @Test
    void a_host_adds_a_language_with_all_its_texts() {
        NoticeTemplates own = SHIPPED.with(Locale.GERMAN, bundle(all("Guthaben am {1}")));

        NoticeMessage message = own.render(grant(NoticeKind.ISSUE), Locale.GERMANY);

        assertThat(message.title()).isEqualTo("Guthaben am 6. Januar 2026");
    }

    @Test
    void a_language_that_lacks_a_text_is_refused_at_once() {
        Map<String, String> texts = all("Guthaben");
        texts.remove("conversion.rolled_back.body");

        assertThatThrownBy(() -> SHIPPED.with(Locale.GERMAN, bundle(texts)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("template conversion.rolled_back.body is 'missing'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    grant.issue.body          | You would have had {2}    | template grant.issue.body is '{2} in it'
                    grant.complete.title      | {4}                       | template grant.complete.title is '{4} in it'
                    conversion.complete.title | {3}                       | template conversion.complete.title is '{3} in it'
                    grant.complete.title      | {10}                      | template grant.complete.title is '{10}'
                    grant.complete.title      | We're giving you {3}      | template grant.complete.title is 'We
                    grant.complete.title      | {3,number}                | template grant.complete.title is '{3,number}'
                    grant.complete.title      | {3                        | template grant.complete.title is '{3'
                    grant.complete.title      | {credits}                 | template grant.complete.title is '{credits}'
                    grant.complete.title      | ' '                       | template grant.complete.title is ' '
                    """)
    void a_text_that_cannot_be_filled_in_is_refused_at_once(String key, String text, String message) {
        assertThatThrownBy(() -> SHIPPED.with(Locale.ENGLISH, bundle(Map.of(key, text))))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void a_title_of_two_lines_is_refused() {
        assertThatThrownBy(
                        () -> SHIPPED.with(Locale.ENGLISH, bundle(Map.of("grant.issue.title", "Help\nBcc: everybody"))))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageEndingWith("allowed: one line");
    }

    @Test
    void a_notice_without_a_figure_that_its_text_needs_is_no_message() {
        Notice broken = new Notice("grant", "ann", 1, NoticeKind.COMPLETE, null, null, null, null, AT);

        assertThatThrownBy(() -> SHIPPED.render(broken, Locale.ENGLISH))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining(broken.id());
    }

    private static String body(Notice notice, Locale locale) {
        return SHIPPED.render(notice, locale).body();
    }

    private static Notice grant(NoticeKind kind) {
        boolean complete = kind == NoticeKind.COMPLETE;
        return new Notice(
                "to-credits",
                "ann",
                1,
                kind,
                complete ? Credits.of(5) : null,
                complete ? Credits.of(25) : null,
                null,
                null,
                AT);
    }

    private static Notice conversion(NoticeKind kind) {
        boolean issue = kind == NoticeKind.ISSUE;
        return new Notice(
                "rate-2500",
                "ann",
                1,
                kind,
                issue ? null : Credits.of("1234.5678"),
                issue ? null : Credits.of("493.8271"),
                issue ? null : Fixture.AT_1000,
                Fixture.AT_2500,
                AT);
    }

    private static Map<String, String> all(String text) {
        Map<String, String> texts = new HashMap<>();
        for (String regime : new String[] {"grant", "conversion"}) {
            for (NoticeKind kind : NoticeKind.values()) {
                String key = regime + "." + kind.name().toLowerCase(Locale.ROOT);
                texts.put(key + ".title", text);
                texts.put(key + ".body", text);
            }
        }
        return texts;
    }

    private static ResourceBundle bundle(Map<String, String> texts) {
        return new ResourceBundle() {
            @Override
            protected Object handleGetObject(String key) {
                return texts.get(key);
            }

            @Override
            public Enumeration<String> getKeys() {
                return Collections.enumeration(texts.keySet());
            }
        };
    }
}
