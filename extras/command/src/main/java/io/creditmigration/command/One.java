package io.creditmigration.command;

import io.creditmigration.spi.UserState;

/** One user, whom somebody has named. */
final class One {

    private One() {}

    /** What is known of this user, of whom there must be one. */
    static UserState known(Application application, String userId) {
        return application
                .store()
                .find(application.migrations().migration(), userId)
                .orElseThrow(
                        () -> CommandFailure.usage(
                                "there is no user '" + userId + "' in the users table; the id is"
                                        + " the one in the id column, and rows that only-with or only-without leave out do not count"));
    }
}
