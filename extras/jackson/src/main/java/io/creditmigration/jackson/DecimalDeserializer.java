package io.creditmigration.jackson;

import io.creditmigration.InvalidValueException;
import java.math.BigDecimal;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;

/** Reads an exact decimal, as text or as a number, without a {@code double} in between. */
final class DecimalDeserializer<T> extends StdScalarDeserializer<T> {

    /** More digits than any amount has; a longer text is refused before it is parsed. */
    private static final int LENGTH_MAX = 60;

    private final Function<BigDecimal, T> made;

    DecimalDeserializer(Class<T> type, Function<BigDecimal, T> made) {
        super(type);
        this.made = made;
    }

    @Override
    @SuppressWarnings("unchecked") // What a problem handler of the host's answers instead is its own business.
    public T deserialize(JsonParser json, DeserializationContext context) throws JacksonException {
        JsonToken token = json.currentToken();
        if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
            return (T) context.handleUnexpectedToken(handledType(), json);
        }
        String text = json.getString();
        try {
            if (text.length() > LENGTH_MAX) {
                return (T)
                        context.handleWeirdStringValue(handledType(), text, "has more digits than an amount can have");
            }
            return made.apply(new BigDecimal(text));
        } catch (InvalidValueException e) {
            return (T) context.handleWeirdStringValue(handledType(), text, "%s", e.getMessage());
        } catch (NumberFormatException e) {
            return (T) context.handleWeirdStringValue(handledType(), text, "is no decimal number");
        }
    }
}
