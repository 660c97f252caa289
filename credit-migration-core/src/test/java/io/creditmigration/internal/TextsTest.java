package io.creditmigration.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TextsTest {

    @Test
    void a_text_of_exactly_the_longest_length_is_kept_whole() {
        assertThat(Texts.truncate("abc", 3)).isEqualTo("abc");
        assertThat(Texts.truncate("abcd", 3)).isEqualTo("abc");
        assertThat(Texts.truncate("", 3)).isEmpty();
    }

    @Test
    void a_surrogate_pair_is_never_cut_in_two() {
        assertThat(Texts.truncate("ab\uD83D\uDE00", 3)).isEqualTo("ab");
        assertThat(Texts.truncate("ab\uD83D\uDE00", 4)).isEqualTo("ab\uD83D\uDE00");
    }

    @Test
    void a_storable_text_has_no_nul() {
        assertThat(Texts.storable("a\0b", 10)).isEqualTo("a\uFFFDb");
    }
}
