package io.creditmigration.command;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A text of the jar with places for values.
 *
 * @param name the resource beside this class
 */
record Template(String name) {

    static Template of(String name) {
        return new Template(name);
    }

    /** The page with these values, which are escaped for HTML. */
    String page(Map<String, @Nullable Object> values) {
        return filled(values, true);
    }

    /** The text with these values as they are. */
    String plain(Map<String, @Nullable Object> values) {
        return filled(values, false);
    }

    private String filled(Map<String, @Nullable Object> values, boolean isPage) {
        try (Reader text = open(name)) {
            return Mustache.compiler()
                    .escapeHTML(isPage)
                    .nullValue("")
                    .withLoader(part -> open(part + ".html"))
                    .compile(text)
                    .execute(values);
        } catch (IOException e) {
            throw new UncheckedIOException("The jar's " + name + " cannot be read", e);
        }
    }

    private static Reader open(String resource) {
        return new InputStreamReader(
                Objects.requireNonNull(Template.class.getResourceAsStream(resource), resource), StandardCharsets.UTF_8);
    }
}
