package io.creditmigration;

import org.jspecify.annotations.Nullable;

/** What a trigger is allowed to do, and in whose name. */
record Intent(
        Trigger trigger,
        Actor actor,
        boolean zeroCreditsOnly,
        boolean retryFailed,
        boolean includeExempt,
        @Nullable Quote confirmed) {

    static Intent automatic(Trigger trigger) {
        return new Intent(trigger, trigger.automatic(), true, false, false, null);
    }

    static Intent explicit() {
        return new Intent(Trigger.OPERATOR, Trigger.OPERATOR.automatic(), false, true, false, null);
    }

    /** An operator confirms for exempt users too; nobody else is ever asked about them. */
    static Intent confirmation(Quote quote, Actor actor) {
        return new Intent(Trigger.CONFIRMATION, actor, false, true, isOperator(actor), quote);
    }

    /** What a quote is made for. */
    static Intent asking(Actor actor) {
        return new Intent(Trigger.DASHBOARD, actor, true, false, isOperator(actor), null);
    }

    private static boolean isOperator(Actor actor) {
        return actor.kind() == Actor.Kind.OPERATOR;
    }

    static Intent run(RunScope scope) {
        return new Intent(
                Trigger.RUN,
                Trigger.RUN.automatic(),
                scope.kind() == RunScope.Kind.ZERO_CREDITS,
                scope.retriesFailed(),
                scope.includeExempt(),
                null);
    }
}
