package io.creditmigration.jdbc;

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

    private HostState() {}

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
