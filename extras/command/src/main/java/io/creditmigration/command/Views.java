package io.creditmigration.command;

import io.creditmigration.Credits;
import io.creditmigration.JournalLine;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationRun;
import io.creditmigration.Quote;
import io.creditmigration.RollbackPlan;
import io.creditmigration.RunEvent;
import io.creditmigration.RunProgress;
import io.creditmigration.RunSettings;
import io.creditmigration.Seal;
import io.creditmigration.SuccessMetrics;
import io.creditmigration.Tally;
import io.creditmigration.UserMigration;
import io.creditmigration.UserStory;
import io.creditmigration.Verification;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The library's values in JSON. Amounts are texts, so that nobody reads them as binary fractions; times are in UTC. */
final class Views {

    private Views() {}

    static Map<String, @Nullable Object> run(MigrationRun run) {
        RunProgress progress = run.progress();
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("id", run.id());
        view.put("scope", run.scope().name());
        view.put("stage", run.stage());
        view.put("state", run.state().name());
        view.put("reason", run.reason());
        view.put("openedBy", run.openedBy().name());
        view.put("openedFor", run.openedFor());
        view.put("users", progress.users());
        view.put("done", progress.done());
        view.put("percent", progress.percent());
        view.put("usersPerSecond", progress.usersPerSecond());
        view.put("etaSeconds", progress.eta().map(Duration::toSeconds).orElse(null));
        view.put("startedAt", progress.startedAt().toString());
        view.put("movedAt", progress.movedAt().toString());
        view.put("settings", settings(run.settings()));
        view.putAll(tally(run.tally()));
        return view;
    }

    static Map<String, @Nullable Object> tally(Tally tally) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("outcomes", counts(tally.outcomes()));
        view.put("rollbacks", counts(tally.rollbacks()));
        view.put("creditsBefore", tally.creditsBefore().toPlainString());
        view.put("creditsAfter", tally.creditsAfter().toPlainString());
        view.put("granted", tally.granted().toPlainString());
        view.put("withdrawn", tally.withdrawn().toPlainString());
        view.put("residual", tally.residual().toPlainString());
        return view;
    }

    /** Statuses by name, in their order. */
    static Map<String, Long> counts(Map<? extends Enum<?>, Long> counts) {
        Map<String, Long> view = new LinkedHashMap<>();
        counts.forEach((status, users) -> view.put(status.name(), users));
        return view;
    }

    /** Names of values by their keys. */
    static Map<String, String> named(Map<String, ? extends Enum<?>> values) {
        Map<String, String> view = new LinkedHashMap<>();
        values.forEach((key, value) -> view.put(key, value.name()));
        return view;
    }

    static Map<String, @Nullable Object> plan(MigrationPlan plan) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("scope", plan.scope().name());
        view.put("users", plan.users());
        view.putAll(tally(plan.tally()));
        view.put("toConfirm", plan.toConfirm());
        view.put("creditsToConfirm", plan.creditsToConfirm().toPlainString());
        view.put(
                "largestChanges",
                plan.largestChanges().stream().map(Views::change).toList());
        view.put("warnings", plan.warnings());
        view.put("definition", plan.definition());
        view.put("mapping", plan.mapping());
        view.put("population", population(plan.population()));
        view.put("fingerprint", plan.fingerprint());
        return view;
    }

    private static Map<String, @Nullable Object> population(MigrationPlan.Population population) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("users", population.tally().users());
        view.putAll(tally(population.tally()));
        view.put("toConfirm", population.toConfirm());
        view.put("creditsToConfirm", population.creditsToConfirm().toPlainString());
        view.put("digest", population.digest());
        return view;
    }

    static List<Map<String, Object>> leftAlone(RollbackPlan plan) {
        return plan.leftAlone().stream()
                .map(user ->
                        sorted("userId", user.userId(), "status", user.status().name()))
                .toList();
    }

    static Map<String, @Nullable Object> plan(RollbackPlan plan) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("scope", plan.scope().name());
        view.put("users", plan.tally().users());
        view.put("rollbacks", counts(plan.outcomes()));
        view.put("creditsBefore", plan.creditsBefore().toPlainString());
        view.put("creditsAfter", plan.creditsAfter().toPlainString());
        view.put("withdrawn", plan.withdrawn().toPlainString());
        view.put(
                "paid",
                plan.paid().stream()
                        .map(user -> sorted(
                                "userId",
                                user.userId(),
                                "credits",
                                user.credits().toString()))
                        .toList());
        view.put("leftAlone", leftAlone(plan));
        view.put(
                "largestChanges",
                plan.largestChanges().stream().map(Views::change).toList());
        view.put("warnings", plan.warnings());
        return view;
    }

    private static Map<String, @Nullable Object> change(MigrationPlan.Change change) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("userId", change.userId());
        view.put("oldCredits", text(change.oldCredits()));
        view.put("newCredits", text(change.newCredits()));
        return view;
    }

    private static Map<String, @Nullable Object> settings(RunSettings settings) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        BigDecimal failures = settings.failureRateMax();
        view.put("pageSize", settings.pageSize());
        view.put("pageOperations", settings.pageOperations());
        view.put("threads", settings.threads());
        view.put("usersPerSecond", settings.usersPerSecond());
        view.put("failureRateMax", failures == null ? null : failures.toPlainString());
        view.put("grantedMax", text(settings.grantedMax()));
        return view;
    }

    static @Nullable Map<String, @Nullable Object> record(@Nullable UserMigration record) {
        if (record == null) {
            return null;
        }
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("userId", record.userId());
        view.put("status", record.status().name());
        view.put("attempt", record.attempt());
        view.put("creditsGranted", text(record.creditsGranted()));
        view.put("historicalOperations", record.historicalOperations());
        view.put("changedAt", record.changedAt().toString());
        view.put("error", record.error());
        return view;
    }

    static List<Map<String, @Nullable Object>> log(List<JournalLine> lines) {
        return lines.stream().map(Views::line).toList();
    }

    private static Map<String, @Nullable Object> line(JournalLine line) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("line", line.number());
        view.put("at", line.at().toString());
        view.put("kind", line.kind().name());
        view.put("cause", line.trigger().name());
        view.put("status", line.status().name());
        view.put("attempt", line.attempt());
        view.put("oldCredits", text(line.oldCredits()));
        view.put("newCredits", text(line.newCredits()));
        view.put("oldRate", text(line.oldRate()));
        view.put("newRate", text(line.newRate()));
        view.put("residual", line.residual().toPlainString());
        view.put("actorKind", line.actor().kind().name());
        view.put("actor", line.actor().name());
        view.put("reason", line.reason());
        view.put("error", line.error());
        return view;
    }

    static @Nullable Map<String, @Nullable Object> quote(@Nullable Quote quote) {
        if (quote == null) {
            return null;
        }
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("attempt", quote.attempt());
        view.put("oldCredits", text(quote.oldCredits()));
        view.put("newCredits", text(quote.newCredits()));
        view.put("oldRate", text(quote.oldRate()));
        view.put("newRate", text(quote.newRate()));
        return view;
    }

    static Map<String, @Nullable Object> event(RunEvent event) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("at", event.at().toString());
        view.put("run", event.runId());
        view.put("what", event.what());
        view.put("actorKind", event.actor().kind().name());
        view.put("actor", event.actor().name());
        view.put("reason", event.reason());
        return view;
    }

    static Map<String, @Nullable Object> found(Verification verification) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        verification.found().forEach((check, found) -> {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("error", check.isError());
            one.put("count", found.count());
            one.put("first", found.first().stream().map(Views::offender).toList());
            view.put(check.name(), one);
        });
        return view;
    }

    private static Map<String, @Nullable Object> offender(Verification.Offender offender) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("userId", offender.userId());
        view.put("what", offender.what());
        return view;
    }

    static Map<String, @Nullable Object> users(Verification.Users users) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("records", counts(users.records()));
        view.put("withoutRecord", users.withoutRecord());
        view.put("waiting", users.waiting());
        view.put("byHost", users.byHost());
        view.put("gone", users.gone());
        return view;
    }

    static Map<String, @Nullable Object> figures(Verification.Figures figures) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("balancesProved", figures.balancesProved());
        view.put("moved", figures.moved());
        view.put("worthBefore", figures.worthBefore().toPlainString());
        view.put("worthAfter", figures.worthAfter().toPlainString());
        view.put("residual", figures.residual().toPlainString());
        view.put("granted", figures.granted().toPlainString());
        view.put("operations", figures.operations());
        view.put("lateOperations", figures.lateOperations());
        view.put("goneOperations", figures.goneOperations());
        view.put("sealedLines", figures.sealedLines());
        view.put("unsealedLines", figures.unsealedLines());
        return view;
    }

    static Map<String, @Nullable Object> metrics(SuccessMetrics metrics) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        BigDecimal average = metrics.averageGranted();
        view.put("shareMigrated", metrics.shareMigrated().toPlainString());
        view.put("failureRate", metrics.failureRate().toPlainString());
        view.put("historyPreserved", metrics.historyPreserved().toPlainString());
        view.put("averageGranted", average == null ? null : average.toPlainString());
        view.put("supportTickets", metrics.supportTickets());
        view.put("goals", metrics.goals().stream().map(Enum::name).toList());
        view.put("missed", metrics.missed().stream().map(Enum::name).toList());
        return view;
    }

    static Map<String, @Nullable Object> seal(Seal seal) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("number", seal.number());
        view.put("entries", seal.entries());
        view.put("previous", seal.previous());
        view.put("digest", seal.digest());
        view.put("at", seal.at().toString());
        view.put("actor", seal.actor().name());
        return view;
    }

    static List<Map<String, @Nullable Object>> story(UserStory story) {
        return story.steps().stream()
                .map(step -> {
                    Map<String, @Nullable Object> view = new LinkedHashMap<>();
                    view.put("at", step.at().toString());
                    view.put("attempt", step.attempt());
                    view.put("what", step.what().name());
                    view.put("words", step.words());
                    return view;
                })
                .toList();
    }

    /** Two fields, in the order of their names. */
    static Map<String, Object> sorted(String name, Object value, String other, Object otherValue) {
        return new TreeMap<>(Map.of(name, value, other, otherValue));
    }

    static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    static String orNone(@Nullable Credits credits) {
        return credits == null ? "none" : Output.amount(credits.amount());
    }
}
