package io.creditmigration.servlet;

import io.creditmigration.InvalidValueException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Paths within the application, as the container has decoded them: {@code /dashboard}, or {@code /credits/*} with all below. */
record OpenPaths(List<String> patterns) {

    private static final String AND_BELOW = "/*";

    static OpenPaths of(@Nullable String... patterns) {
        List<String> checked = new ArrayList<>();
        for (String pattern : patterns) {
            checked.add(check(pattern));
        }
        return new OpenPaths(List.copyOf(checked));
    }

    private static String check(@Nullable String pattern) {
        if (pattern == null) {
            throw new InvalidValueException("open path", "null", "a value");
        }
        String path = pattern.endsWith(AND_BELOW) ? folder(pattern) : pattern;
        if (!path.startsWith("/") || path.indexOf('*') >= 0) {
            throw new InvalidValueException(
                    "open path", pattern, "a path of the application such as /dashboard, or /credits/* with all below");
        }
        return pattern;
    }

    boolean contain(HttpServletRequest request) {
        String below = request.getPathInfo();
        String path = below == null ? request.getServletPath() : request.getServletPath() + below;
        return patterns.stream().anyMatch(pattern -> matches(pattern, path));
    }

    private static boolean matches(String pattern, String path) {
        if (!pattern.endsWith(AND_BELOW)) {
            return path.equals(pattern);
        }
        return (path + "/").equals(folder(pattern)) || path.startsWith(folder(pattern));
    }

    /** The pattern without its star. */
    private static String folder(String pattern) {
        return pattern.substring(0, pattern.length() - 1);
    }
}
