package io.creditmigration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.Actor.Kind;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is named in the log. */
final class ActorTest {

    @Test
    void an_actor_is_of_the_kind_it_was_made_as() {
        assertThat(Actor.automatic("run")).isEqualTo(new Actor(Kind.AUTOMATIC, "run"));
        assertThat(Actor.user("ann")).isEqualTo(new Actor(Kind.USER, "ann"));
        assertThat(Actor.operator("olga")).isEqualTo(new Actor(Kind.OPERATOR, "olga"));
        assertThat(Actor.user("x".repeat(255)).name()).hasSize(255);
    }

    static Stream<String> noNames() {
        return Stream.of("", " ", "a\0b", "x".repeat(256));
    }

    @ParameterizedTest
    @MethodSource("noNames")
    void an_actor_without_a_proper_name_is_refused(String name) {
        assertThatThrownBy(() -> Actor.operator(name))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("actor is '")
                .hasMessageEndingWith("allowed: 1 to 255 characters, not blank, none of them NUL");
    }
}
