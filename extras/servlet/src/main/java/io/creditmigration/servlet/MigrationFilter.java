package io.creditmigration.servlet;

import io.creditmigration.GateDecision;
import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationGate;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks a {@link MigrationGate} on each request of a signed-in user, and answers in place of the servlet where the gate blocks.
 *
 * <pre>{@code
 * MigrationFilter filter = MigrationFilter.of(MigrationGate.of(migrations), request -> accountIdOf(request.getUserPrincipal()))
 *         .withOpenPaths("/dashboard", "/credits/*", "/logout");
 * context.addFilter("migration", filter).setAsyncSupported(true);
 * }</pre>
 *
 * <p>Put it after the filter that signs users in. It is asked once per request, forwards and asynchronous dispatches
 * included, does nothing after the servlet, and so suits asynchronous servlets.
 *
 * <p>Whether requests pass when the store fails is said to the gate: {@link MigrationGate#of} or
 * {@link MigrationGate#closedOnFailure}. Immutable and thread-safe.
 */
public final class MigrationFilter implements Filter {

    private static final String SEEN = MigrationFilter.class.getName() + ".seen";

    private final MigrationGate gate;
    private final Function<? super HttpServletRequest, @Nullable String> userId;
    private final OpenPaths open;
    private final boolean observes;
    private final BlockedAnswer answer;
    private final LongAdder blocked = new LongAdder();

    private MigrationFilter(
            MigrationGate gate,
            Function<? super HttpServletRequest, @Nullable String> userId,
            OpenPaths open,
            boolean observes,
            BlockedAnswer answer) {
        this.gate = gate;
        this.userId = userId;
        this.open = open;
        this.observes = observes;
        this.answer = answer;
    }

    /**
     * A filter that blocks on every path, with {@link BlockedAnswer#problem()}.
     *
     * @param userId the id in the users table of the user who sent a request; null where nobody is signed in, and the request
     *     passes. That is often not the name that the user signs in with. An id that no user can have passes too, and is
     *     counted by the gate under {@code UNKNOWN_USER}
     */
    public static MigrationFilter of(
            MigrationGate gate, Function<? super HttpServletRequest, @Nullable String> userId) {
        return new MigrationFilter(
                given("gate", gate), given("user id function", userId), OpenPaths.of(), false, BlockedAnswer.problem());
    }

    /**
     * The same, which asks nothing on these paths: at least those where users see their quote, confirm it, and sign out.
     *
     * @param paths within the application: {@code /dashboard} is that path alone, {@code /credits/*} all below it too
     */
    public MigrationFilter withOpenPaths(String... paths) {
        return new MigrationFilter(gate, userId, OpenPaths.of(given("open paths", paths)), observes, answer);
    }

    /**
     * The same, which blocks nobody and counts whom it would have blocked. The gate is asked all the same, and migrates users
     * without credits who are inside the rollout.
     */
    public MigrationFilter observing() {
        return new MigrationFilter(gate, userId, open, true, answer);
    }

    /** The same with another answer. */
    public MigrationFilter answering(BlockedAnswer other) {
        return new MigrationFilter(gate, userId, open, observes, given("answer", other));
    }

    /** Requests that this filter has blocked; while it observes, those that it would have blocked. */
    public long blocked() {
        return blocked.sum();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answered) {
            GateDecision decision = decide(http);
            if (decision != null && !decision.passes()) {
                blocked.increment();
                if (!observes) {
                    answer.send(http, answered, decision);
                    return;
                }
            }
        }
        chain.doFilter(request, response);
    }

    /** Null where the gate need not be asked. A forward of an open path is part of it. */
    private @Nullable GateDecision decide(HttpServletRequest request) {
        if (request.getAttribute(SEEN) != null) {
            return null;
        }
        request.setAttribute(SEEN, true);
        String user = open.contain(request) ? null : userId.apply(request);
        return user == null ? null : gate.check(user);
    }

    private static <T> T given(String what, @Nullable T value) {
        if (value == null) {
            throw new InvalidValueException(what, "null", "a value");
        }
        return value;
    }
}
