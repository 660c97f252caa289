package io.creditmigration.command;

import picocli.CommandLine.Option;

/** Whether to write, which has to be said, and agreed to on a terminal. */
final class Applying {

    @Option(names = "--apply", description = "Do it; without, only show what would be done.")
    private boolean apply;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask; for scripts.")
    private boolean yes;

    boolean isDry() {
        return !apply;
    }

    /** Refuses, before any work, what nobody could agree to. */
    void check() {
        if (yes && !apply) {
            throw CommandFailure.usage("--yes is of no use without --apply");
        }
        if (apply && !yes && !Terminal.isThere()) {
            throw CommandFailure.usage("--apply asks on a terminal, and there is none; add --yes in scripts");
        }
    }

    /** Whether it is to be written, which a person is asked. */
    boolean isAgreed(String question) {
        return apply && (yes || Terminal.agrees(question));
    }
}
