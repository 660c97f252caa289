package io.creditmigration.spring;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Tells which user sent a request. Define a bean of it:
 *
 * <pre>{@code
 * @Bean
 * RequestUserId requestUserId() {
 *     return request -> request.getUserPrincipal() instanceof Authentication signedIn
 *             && signedIn.getPrincipal() instanceof Account account ? account.id().toString() : null;
 * }
 * }</pre>
 */
@FunctionalInterface
public interface RequestUserId {

    /**
     * The id in the users table, which is often not the name that the user signs in with; null where nobody is signed in, and the
     * request passes. Called on each request: read no database.
     */
    @Nullable
    String of(HttpServletRequest request);

    /** The name of the signed-in principal, for applications whose users table has that name as its id. */
    static RequestUserId principalName() {
        return request -> request.getUserPrincipal() == null
                ? null
                : request.getUserPrincipal().getName();
    }
}
