package io.creditmigration;

/** What a rollback from credits to rate limits does about credits on the account that the user has paid for. */
public enum PaidCredits {
    /** Leaves the user alone, answers {@link RollbackResult.Status#PAID_CREDITS}, and has a plan list the user. */
    REFUSE,
    /** Takes the user back; the account stays active with the paid part. */
    KEEP
}
