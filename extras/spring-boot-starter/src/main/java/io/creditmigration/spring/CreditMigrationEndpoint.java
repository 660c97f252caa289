package io.creditmigration.spring;

import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.Rollout;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Where the migration stands. Read only, and without users: what is done to them is for the application and the command. */
@Endpoint(id = "creditmigration")
public final class CreditMigrationEndpoint {

    private final MigrationService migrations;
    private final MigrationGate gate;
    private final @Nullable NoticeDispatcher dispatcher;

    CreditMigrationEndpoint(MigrationService migrations, MigrationGate gate, @Nullable NoticeDispatcher dispatcher) {
        this.migrations = migrations;
        this.gate = gate;
        this.dispatcher = dispatcher;
    }

    /** The definition, the rollout, users by status, the newest run, and what this node's gate has decided. */
    @ReadOperation
    public Map<String, Object> migration() {
        Map<String, Object> view = new LinkedHashMap<>();
        Rollout rollout = migrations.rollout();
        view.put("id", migrations.migration().id());
        view.put("definition", migrations.migration().fingerprint());
        view.put("beginsAt", migrations.migration().beginsAt().toString());
        view.put("rolloutPercent", rollout.percent());
        view.put("halted", rollout.halted());
        view.put("users", migrations.runs().usersByStatus());
        migrations.runs().latest().ifPresent(run -> view.put("run", view(run)));
        view.put("gate", gateView());
        if (dispatcher != null) {
            view.put("notices", dispatcher.backlog());
        }
        return view;
    }

    private static Map<String, Object> view(MigrationRun run) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", run.id());
        view.put("scope", run.scope().name());
        view.put("state", run.state());
        view.put("reason", run.reason());
        view.put("percent", run.progress().percent());
        view.put("done", run.progress().done());
        view.put("toDo", run.progress().toDo());
        view.put("usersPerSecond", run.progress().usersPerSecond());
        run.progress().eta().ifPresent(eta -> view.put("etaSeconds", eta.toSeconds()));
        view.put("outcomes", run.outcomes());
        view.put("rollbacks", run.rollbacks());
        return view;
    }

    private Map<String, Object> gateView() {
        Map<String, Object> passed = new LinkedHashMap<>();
        gate.passed().forEach((status, count) -> {
            if (count > 0) {
                passed.put(status.name(), count);
            }
        });
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("passed", passed);
        view.put("blocked", gate.blocked());
        view.put("storeFailures", gate.storeFailures());
        return view;
    }
}
