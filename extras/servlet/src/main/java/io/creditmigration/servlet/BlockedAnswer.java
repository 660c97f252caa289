package io.creditmigration.servlet;

import io.creditmigration.GateDecision;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * What a {@link MigrationFilter} answers in place of the servlet. {@link #problem()} is the filter's own.
 *
 * <p>The decision is either a {@link GateDecision.MigrationRequired}, whose quote the user may see, or a
 * {@link GateDecision.StoreFailed} of a closed gate, whose cause is for operators and not for users.
 */
@FunctionalInterface
public interface BlockedAnswer {

    /** Answers this request. */
    void send(HttpServletRequest request, HttpServletResponse response, GateDecision decision)
            throws IOException, ServletException;

    /**
     * Problem details in JSON (RFC 9457): status 403 with the code {@code migration_required} and the quote's token, or
     * status 503 with the code {@code migration_unknown} when the store failed and the gate is closed.
     */
    static BlockedAnswer problem() {
        return Problem::send;
    }
}
