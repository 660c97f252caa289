package io.creditmigration.jackson;

import io.creditmigration.InvalidValueException;
import io.creditmigration.Quote;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;

/** Reads a quote from its token, which is all that is trusted to come back: figures beside it may have been edited. */
final class QuoteDeserializer extends StdDeserializer<Quote> {

    private static final String TOKEN = "token";

    QuoteDeserializer() {
        super(Quote.class);
    }

    @Override
    public Quote deserialize(JsonParser json, DeserializationContext context) throws JacksonException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return quote(json.getString(), context);
        }
        if (json.currentToken() != JsonToken.START_OBJECT) {
            return (Quote) context.handleUnexpectedToken(Quote.class, json);
        }
        String token = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (name.equals(TOKEN) && value == JsonToken.VALUE_STRING) {
                token = json.getString();
            } else {
                json.skipChildren();
            }
        }
        return quote(token, context);
    }

    private static Quote quote(@Nullable String token, DeserializationContext context) {
        if (token == null) {
            return context.reportInputMismatch(Quote.class, "a quote is read from its field 'token', a text");
        }
        try {
            return Quote.parse(token);
        } catch (InvalidValueException e) {
            return context.reportInputMismatch(Quote.class, "%s", e.getMessage());
        }
    }
}
