package io.creditmigration.command;

import io.creditmigration.Seal;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Seals the log, so that whoever alters it later is found out. */
@Command(
        name = "seal",
        abbreviateSynopsis = true,
        description = "Seals the lines of the log that no seal has yet, and prints the digest.",
        footer = {
            "",
            "Example: credit-migration seal --actor ann",
            "Keep the digest outside the database; 'verify' compares. A migration is",
            "sealed when its run has ended, or while it is halted."
        })
final class SealLog extends OperatorCommand {

    @Option(names = "--list", description = "Only list the seals.")
    private boolean list;

    @Override
    ExitCode work(Application application, Output output, Interruption interruption) {
        int before = application.migrations().seals().size();
        if (!list) {
            application.migrations().seal(actor());
        }
        List<Seal> seals = application.migrations().seals();
        output.field("sealed", seals.size() > before);
        output.field("seals", seals.stream().map(Views::seal).toList());
        if (!list) {
            output.say(seals.size() > before ? "Sealed." : "Nothing is new since the last seal.");
        }
        output.table(seals.stream()
                .map(seal -> List.of(
                        Output.number(seal.number()),
                        Words.time(seal.at()),
                        Output.number(seal.entries()),
                        "lines by " + seal.actor().name(),
                        seal.digest()))
                .toList());
        return list || seals.size() > before ? ExitCode.DONE : ExitCode.NOTHING_TO_DO;
    }
}
