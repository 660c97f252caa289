package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.UsageMessageSpec;

final class HelpTest {

    private static final int LINES_MAX = 24;
    private static final int COLUMNS_MAX = 80;

    static Stream<CommandLine> commands() {
        CommandLine root = CreditMigration.commandLine();
        return Stream.concat(Stream.of(root), root.getSubcommands().values().stream());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void help_fits_a_screen_and_has_an_example(CommandLine command) {
        List<String> lines = command.getUsageMessage(Ansi.OFF).lines().toList();

        assertThat(lines).hasSizeLessThanOrEqualTo(LINES_MAX);
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(COLUMNS_MAX));
        assertThat(lines).anyMatch(line -> line.startsWith("Example: credit-migration "));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void no_line_of_its_own_words_is_broken(CommandLine command) {
        UsageMessageSpec help = command.getCommandSpec().usageMessage();

        assertThat(Stream.of(help.description(), help.footer()).flatMap(Stream::of))
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(COLUMNS_MAX));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void the_example_is_understood(CommandLine command) {
        String example = command.getUsageMessage(Ansi.OFF)
                .lines()
                .filter(line -> line.startsWith("Example: credit-migration "))
                .findFirst()
                .orElseThrow()
                .replaceFirst("^Example: credit-migration ", "")
                .replaceFirst(" >.*", "")
                .replaceAll("'[^']*'", "text");

        CreditMigration.commandLine().parseArgs(example.split(" "));
    }

    @Test
    void every_command_is_in_the_help_of_all() {
        CommandLine root = CreditMigration.commandLine();

        assertThat(root.getUsageMessage(Ansi.OFF))
                .contains(root.getSubcommands().keySet());
    }
}
