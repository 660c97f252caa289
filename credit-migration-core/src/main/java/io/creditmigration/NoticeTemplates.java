package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.PropertyResourceBundle;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What notices say, by kind, by regime and by language. English and Vietnamese are shipped; a host's own bundles override
 * them text by text, or add languages. Immutable.
 *
 * <pre>{@code
 * NoticeTemplates.shipped("https://example.com/credits")
 *     .with(Locale.GERMAN, ResourceBundle.getBundle("com.example.notices", Locale.GERMAN))
 * }</pre>
 *
 * <p>A bundle has a title and a body for each of four kinds in each of two regimes: {@code grant.complete.title},
 * {@code grant.complete.body}, {@code conversion.complete.title} and so on, with {@code pre_announcement}, {@code complete},
 * {@code issue} and {@code rolled_back}. Each is a {@link MessageFormat}, in which an apostrophe is written twice. The values,
 * which arrive in the locale's form and so are written without a format:
 *
 * <table>
 * <caption>Values of templates</caption>
 * <tr><th>value</th><th>is</th><th>known in</th></tr>
 * <tr><td>{@code {0}}</td><td>the page where users see and confirm</td><td>all</td></tr>
 * <tr><td>{@code {1}}</td><td>the date; of a pre-announcement the cut-off</td><td>all</td></tr>
 * <tr><td>{@code {2}}</td><td>the new balance</td><td>grant: complete; conversion: all but issue</td></tr>
 * <tr><td>{@code {3}}</td><td>the credits that were granted</td><td>grant: complete</td></tr>
 * <tr><td>{@code {4}}</td><td>the old balance</td><td>conversion: all but issue</td></tr>
 * <tr><td>{@code {5}}</td><td>the new rate</td><td>conversion: all but issue</td></tr>
 * <tr><td>{@code {6}}</td><td>the old rate</td><td>conversion: all but issue</td></tr>
 * <tr><td>{@code {7}}</td><td>whether {@code {2}} is one</td><td>as {@code {2}}</td></tr>
 * <tr><td>{@code {8}}</td><td>whether {@code {3}} is one</td><td>as {@code {3}}</td></tr>
 * <tr><td>{@code {9}}</td><td>whether {@code {4}} is one</td><td>as {@code {4}}</td></tr>
 * </table>
 *
 * <p>The last three are the numbers 1 and 2, for a choice: <code>{3} free {8,choice,1#credit|2#credits}</code>.
 *
 * <p>A text that is missing, is not well-formed, or names a value that its notice does not have is refused here, not when a
 * user is waiting for it.
 */
public final class NoticeTemplates {

    /** What a text can speak of, and by which number. */
    private enum Value {
        PAGE(0),
        DATE(1),
        NEW_CREDITS(2),
        GRANTED(3),
        OLD_CREDITS(4),
        NEW_RATE(5),
        OLD_RATE(6),
        NEW_IS_ONE(7),
        GRANTED_IS_ONE(8),
        OLD_IS_ONE(9);

        final int number;

        Value(int number) {
            this.number = number;
        }
    }

    private record Text(String title, String body) {}

    private static final Set<Value> ALWAYS = EnumSet.of(Value.PAGE, Value.DATE);
    private static final Set<Value> OF_GRANT = EnumSet.of(
            Value.PAGE, Value.DATE, Value.NEW_CREDITS, Value.NEW_IS_ONE, Value.GRANTED, Value.GRANTED_IS_ONE);
    private static final Set<Value> OF_CONVERSION =
            EnumSet.complementOf(EnumSet.of(Value.GRANTED, Value.GRANTED_IS_ONE));
    private static final boolean[] REGIMES = {false, true};
    private static final int PAGE_LENGTH_MAX = 1_000;

    /** Stands for a value while a text is checked; no template has it. */
    private static final char MARK = '\uE000';

    private final String page;
    private final ZoneId zone;
    private final Map<String, Map<String, Text>> byLanguage;

    private NoticeTemplates(String page, ZoneId zone, Map<String, Map<String, Text>> byLanguage) {
        this.page = page;
        this.zone = zone;
        this.byLanguage = byLanguage;
    }

    /**
     * The shipped texts in English and Vietnamese, with dates in UTC.
     *
     * @param page the address where users see their credits, and confirm: 1 to 1,000 characters
     */
    public static NoticeTemplates shipped(String page) {
        Arguments.requireText("page of the credits", page, PAGE_LENGTH_MAX);
        return new NoticeTemplates(page, ZoneOffset.UTC, Map.of())
                .with(Locale.ENGLISH, shippedIn("en"))
                .with(Locale.forLanguageTag("vi"), shippedIn("vi"));
    }

    /**
     * The same with texts of the host's: in a language that is there already, those that the bundle has; in another one, all.
     *
     * @throws InvalidValueException when one is missing, is not well-formed, or names a value that its notice does not have
     */
    public NoticeTemplates with(Locale locale, ResourceBundle bundle) {
        Arguments.require("locale", locale);
        Arguments.require("bundle", bundle);
        Map<String, Text> before = byLanguage.getOrDefault(locale.getLanguage(), Map.of());
        Map<String, Text> texts = new HashMap<>();
        for (NoticeKind kind : NoticeKind.values()) {
            for (boolean conversion : REGIMES) {
                String key = key(kind, conversion);
                Text other = before.get(key);
                String title =
                        checked(bundle, key + ".title", known(kind, conversion), other == null ? null : other.title());
                String body =
                        checked(bundle, key + ".body", known(kind, conversion), other == null ? null : other.body());
                if (title.lines().count() > 1) {
                    throw new InvalidValueException("template " + key + ".title", title, "one line");
                }
                texts.put(key, new Text(title, body));
            }
        }
        Map<String, Map<String, Text>> all = new TreeMap<>(byLanguage);
        all.put(locale.getLanguage(), Map.copyOf(texts));
        return new NoticeTemplates(page, zone, all);
    }

    /** The same with dates as they are in this zone. */
    public NoticeTemplates in(ZoneId newZone) {
        return new NoticeTemplates(page, Arguments.require("zone", newZone), byLanguage);
    }

    /** The notice in words: in the locale's language if there are texts in it, otherwise in English. */
    public NoticeMessage render(Notice notice, Locale locale) {
        Arguments.require("notice", notice);
        Arguments.require("locale", locale);
        Locale spoken = byLanguage.containsKey(locale.getLanguage()) ? locale : Locale.ENGLISH;
        Map<String, Text> texts = Objects.requireNonNull(byLanguage.get(spoken.getLanguage()));
        Text text = Objects.requireNonNull(texts.get(key(notice.kind(), notice.isOfConversion())));
        Object[] values = values(notice, spoken);
        return new NoticeMessage(
                notice.id(),
                notice.userId(),
                notice.kind(),
                spoken,
                new MessageFormat(text.title(), spoken).format(values),
                new MessageFormat(text.body(), spoken).format(values));
    }

    private Object[] values(Notice notice, Locale locale) {
        Map<Value, Object> values = new EnumMap<>(Value.class);
        values.put(Value.PAGE, page);
        values.put(
                Value.DATE,
                DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                        .withLocale(locale)
                        .format(notice.at().atZone(zone)));
        Set<Value> known = known(notice.kind(), notice.isOfConversion());
        if (known.contains(Value.NEW_CREDITS)) {
            Credits newCredits = given(notice, "new credits", notice.newCredits());
            values.put(Value.NEW_CREDITS, amount(newCredits, locale));
            values.put(Value.NEW_IS_ONE, oneOrMany(newCredits));
            if (known.contains(Value.GRANTED)) {
                Credits before = notice.oldCredits() == null ? Credits.ZERO : notice.oldCredits();
                values.put(Value.GRANTED, amount(newCredits.minus(before), locale));
                values.put(Value.GRANTED_IS_ONE, oneOrMany(newCredits.minus(before)));
            }
        }
        if (known.contains(Value.OLD_CREDITS)) {
            Credits oldCredits = given(notice, "old credits", notice.oldCredits());
            values.put(Value.OLD_CREDITS, amount(oldCredits, locale));
            values.put(Value.OLD_IS_ONE, oneOrMany(oldCredits));
            values.put(Value.NEW_RATE, amount(given(notice, "new rate", notice.newRate()), locale));
            values.put(Value.OLD_RATE, amount(given(notice, "old rate", notice.oldRate()), locale));
        }
        Object[] inOrder = new Object[Value.values().length];
        values.forEach((value, shown) -> inOrder[value.number] = shown);
        return inOrder;
    }

    private static Set<Value> known(NoticeKind kind, boolean conversion) {
        if (conversion) {
            return kind == NoticeKind.ISSUE ? ALWAYS : OF_CONVERSION;
        }
        return kind == NoticeKind.COMPLETE ? OF_GRANT : ALWAYS;
    }

    private static <T> T given(Notice notice, String what, @Nullable T value) {
        if (value == null) {
            throw new InvalidValueException(
                    what + " of notice " + notice.id(), "missing", "a value, in a notice of kind " + notice.kind());
        }
        return value;
    }

    private static int oneOrMany(Credits credits) {
        return credits.equals(Credits.of(1)) ? 1 : 2;
    }

    /** All the digits that the amount has, and no more. */
    private static String amount(Credits credits, Locale locale) {
        return amount(credits.amount(), locale);
    }

    private static String amount(CreditRate rate, Locale locale) {
        return amount(rate.perCredit(), locale);
    }

    private static String amount(BigDecimal value, Locale locale) {
        NumberFormat format = NumberFormat.getNumberInstance(locale);
        format.setMaximumFractionDigits(Credits.SCALE_MAX);
        return format.format(value);
    }

    private static String key(NoticeKind kind, boolean conversion) {
        return (conversion ? "conversion." : "grant.") + kind.name().toLowerCase(Locale.ROOT);
    }

    private static String checked(ResourceBundle bundle, String key, Set<Value> known, @Nullable String otherwise) {
        if (!bundle.containsKey(key)) {
            if (otherwise == null) {
                throw new InvalidValueException(
                        "template " + key, "missing", "a text, in the bundle for " + bundle.getLocale());
            }
            return otherwise;
        }
        String pattern = bundle.getString(key);
        try {
            checkValues(key, pattern, known);
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException(
                    "template " + key, pattern, "a text as java.text.MessageFormat has it, with values such as {0}");
        }
        return pattern;
    }

    private static void checkValues(String key, String pattern, Set<Value> known) {
        MessageFormat format = new MessageFormat(pattern, Locale.ROOT);
        Object[] marks = new Object[Value.values().length];
        for (Value value : Value.values()) {
            marks[value.number] = switch (value) {
                case NEW_IS_ONE, GRANTED_IS_ONE, OLD_IS_ONE -> 2;
                default -> String.valueOf(MARK);
            };
        }
        String shown = format.format(marks);
        if (pattern.isBlank() || shown.indexOf('{') >= 0) {
            throw new InvalidValueException(
                    "template " + key,
                    pattern,
                    "a text with values {0} to {" + (marks.length - 1) + "}, and each apostrophe written twice");
        }
        for (Value value : Value.values()) {
            Object[] without = marks.clone();
            without[value.number] = null;
            if (!known.contains(value) && !format.format(without).equals(shown)) {
                throw new InvalidValueException(
                        "template " + key,
                        "{" + value.number + "} in it",
                        "values that such a notice has: "
                                + known.stream()
                                        .map(one -> "{" + one.number + "}")
                                        .toList());
            }
        }
    }

    private static ResourceBundle shippedIn(String language) {
        String resource = "notices_" + language + ".properties";
        try (Reader in = new InputStreamReader(
                Objects.requireNonNull(NoticeTemplates.class.getResourceAsStream(resource), resource),
                StandardCharsets.UTF_8)) {
            return new PropertyResourceBundle(in);
        } catch (IOException e) {
            throw new UncheckedIOException("The jar's " + resource + " cannot be read", e);
        }
    }
}
