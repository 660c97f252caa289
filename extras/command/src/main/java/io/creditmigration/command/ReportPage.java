package io.creditmigration.command;

import io.creditmigration.Migration;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationStatus;
import io.creditmigration.RollbackResult;
import io.creditmigration.SuccessMetrics;
import io.creditmigration.Verification;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The report as a page: chooses what is shown and how; the template places it, and escapes everything. */
final class ReportPage {

    private static final int GRANTS_SHOWN_MAX = 12;
    private static final int EVENTS_SHOWN_MAX = 50;
    private static final int REASONS_SHOWN_MAX = 20;
    private static final int TIMES_SHOWN_MAX = 12;

    /** A figure at the head of the page. */
    record Tile(String label, String figure, String unit) {}

    private final ReportData data;
    private final Migration migration;

    private ReportPage(ReportData data) {
        this.data = data;
        this.migration = data.migration();
    }

    static String of(ReportData data) {
        return new ReportPage(data).render();
    }

    private String render() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", migration.id());
        values.put("generatedAt", Words.time(data.generatedAt()));
        values.put("definition", migration.fingerprint());
        values.put("rollout", Words.of(data.rollout()));
        values.put("verdict", Verdict.of(data));
        values.put("tiles", tiles());
        values.put("planned", planned());
        values.put(
                "plannedBars",
                data.approved() == null ? null : plannedBars(data.approved().population()));
        values.put("now", now());
        values.put("credits", credits());
        values.put("distributions", distributions());
        values.put("timeline", timeline());
        values.put("verification", verification());
        values.put("seals", seals());
        values.put("failures", failures());
        values.put("runs", runs());
        values.put("stages", stages());
        values.put("events", events());
        return Template.of("report.html").page(values);
    }

    private List<Tile> tiles() {
        List<Tile> tiles = new ArrayList<>();
        tiles.add(new Tile("In the new regime", Output.number(users(MigrationStatus.COMPLETED)), "users"));
        tiles.add(new Tile("Failed", Output.number(users(MigrationStatus.FAILED)), "users"));
        tiles.add(new Tile("Rolled back", Output.number(users(MigrationStatus.ROLLED_BACK)), "users"));
        tiles.add(new Tile("Credits before", Output.amount(data.log().creditsBefore), "credits"));
        tiles.add(new Tile("Credits after", Output.amount(data.log().creditsAfter), "credits"));
        return tiles;
    }

    private long users(MigrationStatus status) {
        return data.users().getOrDefault(status, 0L);
    }

    /** What was planned beside what happened, where somebody has kept a plan. */
    private @Nullable Grid planned() {
        if (data.approved() == null) {
            return null;
        }
        MigrationPlan.Population approved = data.approved().population();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "users migrated without asking",
                Output.number(approved.tally().count(MigrationResult.Status.MIGRATED)),
                Output.number(data.log().migrated - data.log().confirmed)));
        rows.add(List.of(
                "users who must confirm, or did",
                Output.number(approved.toConfirm()),
                Output.number(data.log().confirmed)));
        rows.add(List.of(
                "users failed",
                Output.number(approved.tally().count(MigrationResult.Status.FAILED)),
                Output.number(users(MigrationStatus.FAILED))));
        rows.add(List.of(
                "credits before",
                Output.amount(approved.tally().creditsBefore()),
                Output.amount(data.log().creditsBefore)));
        rows.add(List.of(
                "credits after",
                Output.amount(approved.tally().creditsAfter()),
                Output.amount(data.log().creditsAfter)));
        return Grid.of("Planned and happened, in users and credits", List.of("figure", "planned", "happened"), rows);
    }

    private Bars plannedBars(MigrationPlan.Population approved) {
        LogSummary log = data.log();
        return Bars.of("Users, planned and happened", "users", "")
                .add(
                        "migrated without asking, planned",
                        "b",
                        count(approved.tally().count(MigrationResult.Status.MIGRATED)))
                .add("migrated without asking, happened", "a", count(log.migrated - log.confirmed))
                .add("must confirm, planned", "b", count(approved.toConfirm()))
                .add("confirmed, happened", "a", count(log.confirmed))
                .add("failed, planned", "b", count(approved.tally().count(MigrationResult.Status.FAILED)))
                .add("failed, happened", "a", count(users(MigrationStatus.FAILED)))
                .build();
    }

    /** What a run would still do. */
    private @Nullable Bars now() {
        MigrationPlan plan = data.now();
        if (plan == null) {
            return null;
        }
        Bars.Builder bars = Bars.of(
                "What a run would find now",
                "users",
                "By what would become of them, if a run began when this was written.");
        plan.outcomes().forEach((status, users) -> bars.add(Words.of(status), users));
        return bars.build();
    }

    private Bars credits() {
        LogSummary log = data.log();
        Bars.Builder bars = Bars.of(
                        "Credits of migrated users",
                        "credits",
                        migration.conversion().isPresent()
                                ? "At the old rate before, at the new rate after: another number, the same money's worth."
                                : "What was there before, and with what was granted.")
                .add("before", "b", log.creditsBefore)
                .add("after", "a", log.creditsAfter);
        if (log.takenBack > 0) {
            bars.add("rolled back: before", "b", log.takenBackBefore)
                    .add("rolled back: after", "a", log.takenBackAfter);
        }
        return bars.build();
    }

    private List<Bars> distributions() {
        List<Bars> all = new ArrayList<>();
        Bars.Builder balances = Bars.of(
                "Balances before and after", "users", "Users by their balance in credits, the upper bound excluded.");
        for (int i = 0; i < Balances.classes(); i++) {
            long before = data.log().before.users(i);
            long after = data.log().after.users(i);
            if (before + after > 0) {
                balances.add(Balances.label(i) + ", before", "b", count(before));
                balances.add(Balances.label(i) + ", after", "a", count(after));
            }
        }
        all.add(balances.build());
        if (migration.conversion().isEmpty()) {
            Map<BigDecimal, Long> frequent = data.log().mostFrequentGrants(GRANTS_SHOWN_MAX);
            Bars.Builder grants = Bars.of("Grants", "users", "Users by the credits that they were granted.");
            frequent.forEach((credits, users) -> grants.add(Output.amount(credits) + " credits", users));
            long others = data.log().migrated
                    - frequent.values().stream().mapToLong(Long::longValue).sum();
            if (others > 0) {
                grants.add("other amounts", others);
            }
            all.add(grants.build());
        }
        return all;
    }

    private @Nullable Map<String, Object> timeline() {
        List<Timeline.Point> points = data.log().timeline.points();
        if (points.isEmpty()) {
            return null;
        }
        List<List<String>> rows = new ArrayList<>();
        int every = Math.max(1, (points.size() + TIMES_SHOWN_MAX - 2) / (TIMES_SHOWN_MAX - 1));
        for (int i = 0; i < points.size(); i += every) {
            rows.add(row(points.get(i)));
        }
        Timeline.Point last = points.get(points.size() - 1);
        if ((points.size() - 1) % every != 0) {
            rows.add(row(last));
        }
        return Map.of(
                "plots", List.of(TimePlot.of("wide", 720, 280, 4, points), TimePlot.of("narrow", 340, 240, 2, points)),
                "table", Grid.of("Users in the new regime over time", List.of("time", "users"), rows),
                "from", Words.time(points.get(0).at()),
                "to", Words.time(last.at()),
                "users", Output.number(last.users()));
    }

    private static List<String> row(Timeline.Point point) {
        return List.of(Words.time(point.at()), Output.number(point.users()));
    }

    private @Nullable Map<String, @Nullable Object> verification() {
        Verification verification = data.verification();
        SuccessMetrics metrics = data.metrics();
        if (verification == null || metrics == null) {
            return null;
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("clean", verification.isClean());
        values.put("at", Words.time(verification.at()));
        values.put(
                "table",
                Grid.of(
                        "What was checked, and how it went",
                        List.of("figure", "value"),
                        Verify.rows(verification, metrics)));
        Bars.Builder bars = Bars.of(
                        "Balances verified", "users", "Who has moved the balance since is counted, and not wrong.")
                .add("balance is what the log says", verification.figures().balancesProved())
                .add("moved since", verification.figures().moved());
        long wrong = verification.found().entrySet().stream()
                .filter(found -> found.getKey().isError())
                .mapToLong(found -> found.getValue().count())
                .sum();
        values.put("bars", bars.add("wrong, of any kind", wrong).build());
        List<List<String>> offenders = new ArrayList<>();
        verification
                .found()
                .forEach((check, found) -> found.first()
                        .forEach(offender -> offenders.add(List.of(
                                Words.of(check),
                                offender.userId() == null ? "none" : offender.userId(),
                                offender.what()))));
        values.put(
                "offenders", offenders.isEmpty() ? null : Grid.of("Found", List.of("kind", "user", "what"), offenders));
        return values;
    }

    private @Nullable Grid seals() {
        return data.seals().isEmpty()
                ? null
                : Grid.of(
                        "Seals of the log, oldest first",
                        List.of("number", "when", "lines", "who", "digest"),
                        data.seals().stream()
                                .map(seal -> List.of(
                                        String.valueOf(seal.number()),
                                        Words.time(seal.at()),
                                        Output.number(seal.entries()),
                                        seal.actor().name(),
                                        seal.digest()))
                                .toList());
    }

    private @Nullable Bars failures() {
        if (data.reasons().isEmpty()) {
            return null;
        }
        Bars.Builder bars = Bars.of("Failures by reason", "users", "They work on under the old rules.");
        data.reasons().stream().limit(REASONS_SHOWN_MAX).forEach(reason -> bars.add(reason.error(), reason.users()));
        long others = data.reasons().stream()
                .skip(REASONS_SHOWN_MAX)
                .mapToLong(Records.Reason::users)
                .sum();
        if (others > 0) {
            bars.add("other reasons", others);
        }
        return bars.build();
    }

    private @Nullable Grid runs() {
        if (data.runs().isEmpty()) {
            return null;
        }
        return Grid.of(
                "Runs, newest first",
                List.of("begun", "for", "stage", "state", "users", "migrated", "failed", "rolled back", "took"),
                data.runs().stream().map(ReportPage::row).toList());
    }

    private static List<String> row(MigrationRun run) {
        Duration took =
                Duration.between(run.progress().startedAt(), run.progress().movedAt());
        return List.of(
                Words.time(run.progress().startedAt()),
                Words.of(run.scope()),
                run.stage() == null ? "none" : run.stage() + " %",
                Words.of(run.state()) + (run.reason().isEmpty() ? "" : ": " + run.reason()),
                Output.number(run.users()),
                Output.number(run.count(MigrationResult.Status.MIGRATED)),
                Output.number(run.count(MigrationResult.Status.FAILED)),
                Output.number(run.count(RollbackResult.Status.ROLLED_BACK)),
                took.toSeconds() < 1 ? took.toMillis() + " ms" : took.toSeconds() + " s");
    }

    private @Nullable Bars stages() {
        List<MigrationRun> staged =
                data.runs().stream().filter(run -> run.stage() != null).toList();
        if (staged.isEmpty()) {
            return null;
        }
        Bars.Builder bars = Bars.of("Stages", "users", "Users migrated in each stage, newest first.");
        staged.forEach(run ->
                bars.add(run.stage() + " %, " + Words.of(run.state()), run.count(MigrationResult.Status.MIGRATED)));
        return bars.build();
    }

    private @Nullable Grid events() {
        return data.events().isEmpty()
                ? null
                : Grid.of(
                        "What was done, newest first",
                        List.of("when", "what", "who", "why"),
                        data.events().stream()
                                .limit(EVENTS_SHOWN_MAX)
                                .map(event -> List.of(
                                        Words.time(event.at()),
                                        Words.what(event),
                                        event.actor().name(),
                                        event.reason()))
                                .toList());
    }

    private static BigDecimal count(long users) {
        return BigDecimal.valueOf(users);
    }
}
