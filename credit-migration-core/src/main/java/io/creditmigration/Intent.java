package io.creditmigration;

import org.jspecify.annotations.Nullable;

/** What a trigger is allowed to do, and in whose name. */
record Intent(
        Actor actor,
        boolean zeroCreditsOnly,
        boolean retryFailed,
        boolean includeExempt,
        @Nullable Quote confirmed) {

    static Intent automatic() {
        return new Intent(Actor.automatic("zero-credits"), true, false, false, null);
    }

    static Intent explicit() {
        return new Intent(Actor.automatic("migrate"), false, true, false, null);
    }

    static Intent confirmation(Quote quote, Actor actor) {
        return new Intent(actor, false, true, false, quote);
    }

    static Intent run(RunScope scope) {
        return new Intent(
                Actor.automatic("run"),
                scope.kind() == RunScope.Kind.ZERO_CREDITS,
                scope.retriesFailed(),
                scope.includeExempt(),
                null);
    }
}
