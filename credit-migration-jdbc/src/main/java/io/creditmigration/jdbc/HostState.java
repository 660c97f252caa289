package io.creditmigration.jdbc;

import java.math.BigDecimal;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Columns and their values as one text, as in a URL's query: {@code flag=FALSE&rate_limit}, without '=' for NULL. */
final class HostState {

    /** Stands among the columns for the version that a write has left, where a trigger counted it up besides. No host has a column of this name. */
    private static final String VERSION_LEFT = "+";

    /** What is added to an encoded state, before the version that the write has left. */
    static final String VERSION_LEFT_ENCODED = "&" + url(VERSION_LEFT) + "=";

    private HostState() {}

    /** The version that the write has left of which this state was captured; null where it counted it up by one. */
    static @Nullable BigDecimal versionLeft(Map<String, @Nullable String> captured) {
        String left = captured.get(VERSION_LEFT);
        return left == null ? null : new BigDecimal(left);
    }

    static String encoded(Map<String, @Nullable String> values) {
        List<String> parts = new ArrayList<>();
        values.forEach((column, value) -> parts.add(value == null ? url(column) : url(column) + "=" + url(value)));
        return String.join("&", parts);
    }

    static Map<String, @Nullable String> decoded(String text) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        if (text.isEmpty()) {
            return values;
        }
        for (String part : text.split("&", -1)) {
            int equals = part.indexOf('=');
            String column = equals < 0 ? part : part.substring(0, equals);
            values.put(
                    URLDecoder.decode(column, StandardCharsets.UTF_8),
                    equals < 0 ? null : URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return values;
    }

    private static String url(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
