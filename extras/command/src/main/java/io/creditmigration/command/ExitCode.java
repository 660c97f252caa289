package io.creditmigration.command;

/** How the command ended, for scripts. The numbers are stable. */
enum ExitCode {
    /** What was asked for is done. */
    DONE(0),
    /** A fault of the command's own. */
    BUG(1),
    /** Arguments, configuration, or what they name: an unknown user, a table that is not there. Nothing was written. */
    USAGE(2),
    /** There is nobody, or nothing, to do it to. */
    NOTHING_TO_DO(3),
    /** It is done, except for some users. */
    SOME_FAILED(4),
    /** A limit on failures, credits or the host's health has paused the run. */
    GUARDRAIL(5),
    /** The population, or the balance to confirm, is no longer as it was approved. Nothing was written. */
    DRIFT(6),
    /** Tables and records do not agree. */
    VERIFICATION_FAILED(7),
    /** No database, no privilege, no tables of the library's. */
    INFRASTRUCTURE(8),
    /** Stands still as somebody wants it: declined, paused, halted, cancelled, or waiting for approval. */
    STOPPED(9),
    /** Ended after the page in hand by Ctrl-C. After SIGTERM the process ends with 143 instead. */
    INTERRUPTED(130);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
