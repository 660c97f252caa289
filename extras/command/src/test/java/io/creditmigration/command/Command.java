package io.creditmigration.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The command as a process of its own, in a folder of its own. */
final class Command {

    private static final List<String> CONFIGURED = List.of(
            "migrate",
            "plan",
            "rollout",
            "failed",
            "status",
            "schema",
            "analyze",
            "doctor",
            "pause",
            "resume",
            "cancel",
            "halt",
            "confirm",
            "rollback",
            "reopen",
            "verify",
            "seal",
            "explain",
            "notices",
            "report");
    private static final long SECONDS_MAX = 120;
    private static final long SIGNAL_INT_BIT = 1L << 1;

    private static final class Schema {
        static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Path.of("..", "..", "docs", "command", "answers.schema.json")
                        .toUri());
    }

    /** How a process ended, and what it said. */
    record Ended(int exitCode, String out, String err) {

        /** The answer, if it is as the schema and the README say: each of its fields has to be in both. */
        JsonNode json() {
            try {
                JsonNode json = new ObjectMapper().readTree(out);
                if (out.lines().count() != 1 || !Schema.SCHEMA.validate(json).isEmpty()) {
                    throw new AssertionError(Schema.SCHEMA.validate(json) + " in " + out);
                }
                String documented = documented(json.get("command").asText());
                json.fieldNames().forEachRemaining(field -> {
                    if (!documented.contains("`" + field + "`")) {
                        throw new AssertionError("The README does not tell of " + field + " in " + out);
                    }
                });
                return json;
            } catch (IOException e) {
                throw new UncheckedIOException("Not JSON: " + out + err, e);
            }
        }

        private static String documented(String command) throws IOException {
            String json = Files.readString(Path.of("README.md"))
                    .split("## JSON", -1)[1]
                    .split("## Configuration", -1)[0];
            return json.lines()
                    .filter(line -> line.matches("\\| `(command|outcome|error|migration)`.*")
                            || line.matches("\\| [^|]*`" + command + "[ `].*"))
                    .collect(Collectors.joining("\n"));
        }
    }

    /** A process under way. */
    record Running(Process process, Path out, Path err) {

        /** Sends a signal, as Ctrl-C or the system does. */
        void signal(String name) {
            try {
                new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** What it has said so far of itself. */
        String said() {
            try {
                return Files.readString(err);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Ended ended() {
            try {
                if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("Not ended: " + Files.readString(out) + Files.readString(err));
                }
                return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final Path folder;
    private final List<String> launcher;
    private final Map<String, String> environment = new HashMap<>();

    /** The command of the classes that are tested. */
    Command(Path folder) {
        this(
                folder,
                List.of(
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        CreditMigration.class.getName()));
    }

    private Command(Path folder, List<String> arguments) {
        this.folder = folder;
        this.launcher = launcher(arguments);
    }

    /** The packaged one. */
    static Command jar(Path folder) {
        return new Command(
                folder,
                List.of(
                        "-jar",
                        Path.of("target", "credit-migration-command.jar")
                                .toAbsolutePath()
                                .toString()));
    }

    /** Puts the command on the path of shells, under its own name. */
    Command installed() throws IOException {
        Path script = Files.createDirectories(folder.resolve("bin")).resolve("credit-migration");
        String words = launcher.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Files.writeString(script, "#!/bin/sh\nexec " + words + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return with("PATH", script.getParent() + ":" + System.getenv("PATH"));
    }

    Command with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    String text(String name) {
        try {
            return Files.readString(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(String name, String text) {
        try {
            Files.writeString(file(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Ended run(String... args) {
        return start(args).ended();
    }

    /** The same without a process, which takes a second: for what ends before a database is asked. */
    Ended inThisProcess(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        if (CONFIGURED.contains(args[0]) && !all.contains("-c")) {
            all.addAll(List.of("-c", file("credit-migration.yaml").toString()));
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = CreditMigration.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
        return new Ended(exitCode, out.toString(), err.toString());
    }

    Running start(String... args) {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(args));
        return process(command);
    }

    /** Runs it in a shell, where it is {@code "$@"}. */
    Ended inShell(String script, String... args) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(launcher);
        command.addAll(List.of(args));
        return process(command).ended();
    }

    /** Runs it on a terminal, on which these lines are typed. */
    Ended onTerminal(String typed, String... args) {
        StringBuilder line = new StringBuilder();
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(args));
        command.forEach(arg -> line.append('\'').append(arg).append("' "));
        write("typed", typed);
        // A terminal that is typed on too early shows it, and a command that reads at its end sees that it is gone.
        String typing = typed.isEmpty() ? "true" : "(sleep 3; cat typed; sleep 1)";
        List<String> script = List.of(
                "sh",
                "-c",
                typing + " | script -qec \"$0\" /dev/null",
                line.toString().strip());
        return process(script).ended();
    }

    private Running process(List<String> command) {
        try {
            Path out = Files.createTempFile(folder, "out", ".txt");
            Path err = Files.createTempFile(folder, "err", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().remove("CREDIT_MIGRATION_PASSWORD");
            builder.environment().putAll(environment);
            return new Running(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A build in the background ignores Ctrl-C, and what it starts would too. */
    private static List<String> launcher(List<String> arguments) {
        List<String> launcher = new ArrayList<>();
        if (ignoresInterrupts()) {
            launcher.addAll(List.of("env", "--default-signal=INT"));
        }
        launcher.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        launcher.addAll(arguments);
        return launcher;
    }

    private static boolean ignoresInterrupts() {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGNAL_INT_BIT) != 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("It has not come to that");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
