package io.creditmigration.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.creditmigration.Credits;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.RunScope;
import io.creditmigration.Tally;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A plan that somebody can look at, approve and hand back. */
final class PlanFile {

    private PlanFile() {}

    /** Writes the plan, wholly or not at all. */
    static void write(Path path, MigrationPlan plan) {
        writeWhole(path, Output.json(Views.plan(plan)) + "\n");
    }

    static void writeWhole(Path path, String text) {
        Path beside = path.resolveSibling(path.getFileName() + ".part");
        try {
            Files.writeString(beside, text);
            Files.move(beside, path, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw CommandFailure.usage(path + " cannot be written; name a file in a folder that exists and is yours");
        }
    }

    static MigrationPlan read(Path path) {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(Files.readString(path));
        } catch (JsonProcessingException e) {
            throw notAPlan(path);
        } catch (IOException e) {
            throw CommandFailure.usage(
                    "there is no plan at " + path + "; write one with 'credit-migration plan --save " + path + "'");
        }
        try {
            return plan(json);
        } catch (RuntimeException e) {
            throw notAPlan(path);
        }
    }

    private static MigrationPlan plan(JsonNode json) {
        List<MigrationPlan.Change> changes = new ArrayList<>();
        for (JsonNode change : json.required("largestChanges")) {
            JsonNode old = change.required("oldCredits");
            changes.add(new MigrationPlan.Change(
                    text(change, "userId"),
                    old.isNull() ? null : Credits.of(old.asText()),
                    Credits.of(text(change, "newCredits"))));
        }
        List<String> warnings = new ArrayList<>();
        json.required("warnings").forEach(warning -> warnings.add(warning.asText()));
        JsonNode population = json.required("population");
        return new MigrationPlan(
                RunScope.of(text(json, "scope")),
                tally(json),
                json.required("toConfirm").asLong(),
                amount(json, "creditsToConfirm"),
                changes,
                warnings,
                text(json, "definition"),
                text(json, "mapping"),
                new MigrationPlan.Population(
                        tally(population),
                        population.required("toConfirm").asLong(),
                        amount(population, "creditsToConfirm"),
                        text(population, "digest")));
    }

    private static Tally tally(JsonNode json) {
        Map<Status, Long> outcomes = new EnumMap<>(Status.class);
        json.required("outcomes")
                .properties()
                .forEach(entry -> outcomes.put(
                        Status.valueOf(entry.getKey()), entry.getValue().asLong()));
        return new Tally(
                outcomes,
                Map.of(),
                amount(json, "creditsBefore"),
                amount(json, "creditsAfter"),
                amount(json, "granted"),
                amount(json, "withdrawn"),
                amount(json, "residual"));
    }

    private static String text(JsonNode json, String name) {
        return json.required(name).asText();
    }

    private static BigDecimal amount(JsonNode json, String name) {
        return new BigDecimal(text(json, name));
    }

    private static CommandFailure notAPlan(Path path) {
        return CommandFailure.usage(
                path + " is not a plan; write one with 'credit-migration plan --save " + path + "'");
    }
}
