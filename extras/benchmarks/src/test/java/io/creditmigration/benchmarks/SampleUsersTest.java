package io.creditmigration.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class SampleUsersTest {

    private static final int USERS = 50_000;

    private final SampleUsers sample = new SampleUsers(USERS);

    @Test
    void the_same_number_of_users_gives_the_same_users_and_operations() {
        SampleUsers again = new SampleUsers(USERS);

        assertThat(again.all()).containsExactlyElementsOf(sample.all().toList());
        assertThat(again.operations().limit(100))
                .containsExactlyElementsOf(sample.operations().limit(100).toList());
    }

    @Test
    void a_user_has_about_nine_operations() {
        assertThat((double) sample.operations().count() / USERS).isCloseTo(9, within(1.0));
    }

    @Test
    void three_users_of_ten_have_no_credits() {
        long without = sample.all().filter(user -> user.credits().signum() == 0).count();

        assertThat((double) without / USERS).isCloseTo(0.3, within(0.01));
    }
}
