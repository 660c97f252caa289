package io.creditmigration.jackson;

import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.Quote;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * The library's values for Jackson 3.
 *
 * <pre>{@code
 * JsonMapper mapper = JsonMapper.builder().addModule(new CreditMigrationJacksonModule()).build();
 * mapper.writeValueAsString(quote);
 * // {"token":"q1.…","migrationId":"rate-2500","oldCredits":"100","newCredits":"40","oldRate":"1000","newRate":"2500","takenAt":"…"}
 * mapper.readValue("\"q1.…\"", Quote.class);
 * }</pre>
 *
 * <p>{@link Credits} and {@link CreditRate} are written as strings, since a number loses digits in a browser; strings and exact
 * numbers are read. A {@link Quote} is written with what a page shows and its token, and is read from the token alone: as text, or as
 * the field {@code token} of an object, whose other fields are ignored.
 *
 * <p>Found by {@code JsonMapper.builder().findAndAddModules()}, and by Spring Boot on its own.
 */
public final class CreditMigrationJacksonModule extends SimpleModule {

    private static final long serialVersionUID = 1L;

    /** The module, with nothing to configure. */
    public CreditMigrationJacksonModule() {
        super("credit-migration");
        addSerializer(Credits.class, new Text<>(Credits.class));
        addSerializer(CreditRate.class, new Text<>(CreditRate.class));
        addSerializer(Quote.class, new QuoteSerializer());
        addDeserializer(Credits.class, new DecimalDeserializer<>(Credits.class, Credits::of));
        addDeserializer(CreditRate.class, new DecimalDeserializer<>(CreditRate.class, CreditRate::of));
        addDeserializer(Quote.class, new QuoteDeserializer());
    }

    /** What {@code toString} says is the exact number. */
    private static final class Text<T> extends StdSerializer<T> {

        Text(Class<T> type) {
            super(type);
        }

        @Override
        public void serialize(T value, JsonGenerator json, SerializationContext context) throws JacksonException {
            json.writeString(value.toString());
        }
    }

    private static final class QuoteSerializer extends StdSerializer<Quote> {

        QuoteSerializer() {
            super(Quote.class);
        }

        @Override
        public void serialize(Quote quote, JsonGenerator json, SerializationContext context) throws JacksonException {
            json.writeStartObject(quote);
            json.writeStringProperty("token", quote.token());
            json.writeStringProperty("migrationId", quote.migrationId());
            json.writeStringProperty("oldCredits", quote.oldCredits().toString());
            json.writeStringProperty("newCredits", quote.newCredits().toString());
            write(json, "oldRate", quote.oldRate());
            write(json, "newRate", quote.newRate());
            write(json, "takenAt", quote.takenAt());
            json.writeEndObject();
        }

        private static void write(JsonGenerator json, String name, @Nullable Object value) {
            if (value != null) {
                json.writeStringProperty(name, value instanceof Instant at ? at.toString() : value.toString());
            }
        }
    }
}
