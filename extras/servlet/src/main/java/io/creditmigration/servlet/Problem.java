package io.creditmigration.servlet;

import io.creditmigration.GateDecision;
import io.creditmigration.GateDecision.MigrationRequired;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The filter's own answers. They hold no text that comes from a request, a user or an error. */
final class Problem {

    /** A token has no character that JSON would escape. */
    private static final String REQUIRED = """
            {
              "type": "https://github.com/credit-migration/credit-migration/blob/main/docs/servlet.md#migration_required",
              "title": "Your credits have to be migrated first",
              "status": 403,
              "detail": "Show the user the quote. Once it is confirmed, the same request goes through.",
              "code": "%s",
              "quote": "%s"
            }
            """;

    private static final String UNKNOWN = """
            {
              "type": "https://github.com/credit-migration/credit-migration/blob/main/docs/servlet.md#migration_unknown",
              "title": "It is not known whether your credits are migrated",
              "status": 503,
              "detail": "Try again in a moment.",
              "code": "migration_unknown"
            }
            """;

    private static final String RETRY_AFTER_SECONDS = "5";

    private Problem() {}

    static void send(HttpServletRequest request, HttpServletResponse response, GateDecision decision)
            throws IOException {
        if (decision instanceof MigrationRequired required) {
            write(
                    response,
                    HttpServletResponse.SC_FORBIDDEN,
                    REQUIRED.formatted(MigrationRequired.CODE, required.quote().token()));
        } else {
            response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
            write(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, UNKNOWN);
        }
    }

    private static void write(HttpServletResponse response, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
