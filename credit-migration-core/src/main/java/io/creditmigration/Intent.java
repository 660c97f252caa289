package io.creditmigration;

import org.jspecify.annotations.Nullable;

/** What a trigger is allowed to do, and in whose name. */
record Intent(
        Trigger trigger,
        Actor actor,
        boolean zeroCreditsOnly,
        boolean retryFailed,
        boolean includeExempt,
        @Nullable Quote confirmed,
        @Nullable String reason) {

    static Intent automatic(Trigger trigger) {
        return new Intent(trigger, trigger.automatic(), true, false, false, null, null);
    }

    static Intent explicit() {
        return new Intent(Trigger.OPERATOR, Trigger.OPERATOR.automatic(), false, true, false, null, null);
    }

    static Intent confirmation(Quote quote, Actor actor) {
        return new Intent(Trigger.CONFIRMATION, actor, false, true, false, quote, null);
    }

    /** The same with what the actor said. */
    Intent withReason(String words) {
        return new Intent(trigger, actor, zeroCreditsOnly, retryFailed, includeExempt, confirmed, words);
    }

    static Intent run(RunScope scope) {
        return new Intent(
                Trigger.RUN,
                Trigger.RUN.automatic(),
                scope.kind() == RunScope.Kind.ZERO_CREDITS,
                scope.retriesFailed(),
                scope.includeExempt(),
                null,
                null);
    }
}
