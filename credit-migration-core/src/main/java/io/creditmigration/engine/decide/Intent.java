package io.creditmigration.engine.decide;

import io.creditmigration.Actor;
import io.creditmigration.Quote;
import io.creditmigration.RunScope;
import io.creditmigration.Trigger;
import org.jspecify.annotations.Nullable;

/** What a trigger may do, and for which actor. */
public record Intent(
        Trigger trigger,
        Actor actor,
        boolean zeroCreditsOnly,
        boolean retryFailed,
        boolean includeExempt,
        @Nullable Quote confirmed,
        @Nullable String reason) {

    public static Intent automatic(Trigger trigger) {
        return new Intent(trigger, trigger.automatic(), true, false, false, null, null);
    }

    public static Intent explicit() {
        return new Intent(Trigger.OPERATOR, Trigger.OPERATOR.automatic(), false, true, false, null, null);
    }

    /** An operator confirms for exempt users too; nobody else is ever asked about them. */
    public static Intent confirmation(Quote quote, Actor actor) {
        return new Intent(Trigger.CONFIRMATION, actor, false, true, isOperator(actor), quote, null);
    }

    /** The same with what the actor said. */
    public Intent withReason(String words) {
        return new Intent(trigger, actor, zeroCreditsOnly, retryFailed, includeExempt, confirmed, words);
    }

    /** What a quote is made for. */
    static Intent asking(Actor actor) {
        return new Intent(Trigger.DASHBOARD, actor, true, false, isOperator(actor), null, null);
    }

    private static boolean isOperator(Actor actor) {
        return actor.kind() == Actor.Kind.OPERATOR;
    }

    public static Intent run(RunScope scope) {
        return new Intent(
                Trigger.RUN,
                Trigger.RUN.automatic(),
                scope.kind() == RunScope.Kind.ZERO_CREDITS,
                scope.kind() == RunScope.Kind.FAILED || scope.kind() == RunScope.Kind.LISTED,
                scope.includeExempt(),
                null,
                null);
    }
}
