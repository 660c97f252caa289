package io.creditmigration;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * A property of many random cases. The method is given a seed, which the test's name shows: one that is always the same,
 * and one that is new in every run. {@code -Dproperty.seed=…} replays a single one.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "seed {0}")
@ArgumentsSource(Seeded.Seeds.class)
public @interface Seeded {

    /** Where the seeds come from. */
    final class Seeds implements ArgumentsProvider {

        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            Long replayed = Long.getLong("property.seed");
            if (replayed != null) {
                return Stream.of(Arguments.of(replayed));
            }
            return Stream.of(
                    Arguments.of(20_260_106L),
                    Arguments.of(ThreadLocalRandom.current().nextLong(1_000_000_000_000L)));
        }
    }
}
