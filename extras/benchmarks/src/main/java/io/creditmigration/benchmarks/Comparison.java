package io.creditmigration.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Some contenders doing one job side by side: A B C, A B C, …, so that whatever else the machine does meets all of them.
 *
 * <p>The first contender's tables are what the others' are compared with; whoever has left other ones has no figure.
 *
 * @param trials of each contender, one per repetition; empty where it has no figure
 * @param disqualified why a contender has no figure
 */
record Comparison(
        String engine, Job job, int users, Map<String, List<Trial>> trials, Map<String, String> disqualified) {

    /** Runs everything, after a round that counts for nothing but for the checksums. */
    static Comparison of(
            String engineName,
            Engine engine,
            Job job,
            int users,
            int repetitions,
            List<? extends Contender> contenders,
            Consumer<String> progress)
            throws Exception {
        Map<String, List<Trial>> trials = new LinkedHashMap<>();
        Map<String, String> disqualified = new LinkedHashMap<>();
        contenders.forEach(contender -> trials.put(contender.name(), new ArrayList<>()));
        for (int repetition = 0; repetition <= repetitions; repetition++) {
            Expected expected = new Expected();
            for (Contender contender : contenders) {
                if (disqualified.containsKey(contender.name())) {
                    continue;
                }
                Trial trial = Trial.of(contender, job, engine, users, expected.samples(contenders, users));
                Optional<String> difference = expected.differenceOf(trial);
                if (difference.isPresent()) {
                    disqualified.put(contender.name(), difference.get());
                    trials.put(contender.name(), List.of());
                } else if (repetition > 0) {
                    trials.getOrDefault(contender.name(), new ArrayList<>()).add(trial);
                }
                progress.accept("%s, %s, %,d users, %s: %s: %.2f s%s%s"
                        .formatted(
                                engineName,
                                job.label(),
                                users,
                                repetition == 0 ? "warm-up" : "repetition " + repetition,
                                contender.name(),
                                trial.seconds(),
                                trial.rows() == 0
                                        ? ""
                                        : ", %.0f B of WAL and %.2f rows a user"
                                                .formatted(trial.logBytes(), trial.rows()),
                                difference.map(words -> ", WRONG: " + words).orElse("")));
            }
        }
        return new Comparison(engineName, job, users, trials, disqualified);
    }

    /** Seconds of a contender; empty where it has no figure. */
    Optional<Spread> seconds(String contender) {
        return spread(contender, Trial::seconds);
    }

    /** Bytes of log for a user; empty where the contender has no figure. */
    Optional<Spread> logBytes(String contender) {
        return spread(contender, Trial::logBytes);
    }

    /** Rows written for a user; empty where the contender has no figure. */
    Optional<Spread> rows(String contender) {
        return spread(contender, Trial::rows);
    }

    /** Whether the server tells what was written. */
    boolean isWrittenKnown() {
        return trials.values().stream().flatMap(List::stream).anyMatch(trial -> trial.rows() > 0);
    }

    /** How many times as fast as another one a contender is, each repetition for itself. */
    Optional<Spread> timesAsFastAs(String other, String contender) {
        List<Trial> own = trials.getOrDefault(contender, List.of());
        List<Trial> theirs = trials.getOrDefault(other, List.of());
        if (own.isEmpty() || theirs.isEmpty()) {
            return Optional.empty();
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < own.size(); i++) {
            ratios.add(theirs.get(i).seconds() / own.get(i).seconds());
        }
        return Optional.of(Spread.of(ratios));
    }

    private Optional<Spread> spread(String contender, Function<Trial, Double> figure) {
        List<Trial> own = trials.getOrDefault(contender, List.of());
        return own.isEmpty()
                ? Optional.empty()
                : Optional.of(Spread.of(own.stream().map(figure).toList()));
    }

    /** What the first contender of a round has left in the tables, of everybody and of each sample. */
    private static final class Expected {

        private Map<Integer, Checksum> checksums = Map.of();

        /** The samples to take checksums of: those that the contenders of this comparison do, of the first one's tables. */
        List<Integer> samples(List<? extends Contender> contenders, int users) {
            return checksums.isEmpty()
                    ? contenders.stream()
                            .map(contender -> contender.sampleOf(users))
                            .distinct()
                            .toList()
                    : List.of();
        }

        Optional<String> differenceOf(Trial trial) {
            if (checksums.isEmpty()) {
                checksums = trial.checksums();
            }
            Checksum expected = checksums.get(trial.sample());
            Checksum own = trial.checksums().get(trial.sample());
            return own == null || expected == null ? Optional.of("no checksum") : own.differenceTo(expected);
        }
    }
}
