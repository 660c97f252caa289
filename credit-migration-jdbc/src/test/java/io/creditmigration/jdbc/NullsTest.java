package io.creditmigration.jdbc;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Actor;
import io.creditmigration.Allocation;
import io.creditmigration.ChainResult;
import io.creditmigration.Consent;
import io.creditmigration.CreditMigrationException;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Credits;
import io.creditmigration.DeadLetter;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.DispatchOptions;
import io.creditmigration.Health;
import io.creditmigration.HealthSignal;
import io.creditmigration.InvalidValueException;
import io.creditmigration.JournalLine;
import io.creditmigration.Migration;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationListener;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationPlan;
import io.creditmigration.MigrationService;
import io.creditmigration.Notice;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeKind;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.Notifier;
import io.creditmigration.Quote;
import io.creditmigration.RollbackOptions;
import io.creditmigration.RollbackPlan;
import io.creditmigration.Rollout;
import io.creditmigration.RunOptions;
import io.creditmigration.RunScope;
import io.creditmigration.RunSettings;
import io.creditmigration.Schedule;
import io.creditmigration.Stages;
import io.creditmigration.SuccessMetrics;
import io.creditmigration.Tally;
import io.creditmigration.Usage;
import io.creditmigration.UsageTiers;
import io.creditmigration.UsageWindow;
import io.creditmigration.UserMigration;
import io.creditmigration.UserSnapshot;
import io.creditmigration.Verification;
import io.creditmigration.spi.MigrationStore;
import io.creditmigration.testkit.InMemoryMigrationStore;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.ListResourceBundle;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every public method and constructor that a host can call is given null in the place of each thing that it takes. What may be
 * null says so by its type; all else is refused by an error that names it, and never by a NullPointerException.
 */
final class NullsTest {

    /** What the library answers with, or throws. A host that makes one of these itself has nobody to be refused by. */
    private static final Set<String> ANSWERS = Set.of(
            "Barrier",
            "CreditMigrationException",
            "DeadLetter",
            "DefinitionConflictException",
            "Dispatched",
            "Drift",
            "DriftException",
            "InFlight",
            "GateDecision.Allowed",
            "GateDecision.MigrationRequired",
            "GateDecision.StoreFailed",
            "InvalidValueException",
            "Latency",
            "MappingException",
            "JournalLine",
            "JournalLine.Figures",
            "JournalLine.Standing",
            "MigrationPlan",
            "MigrationPlan.Change",
            "MigrationPlan.Population",
            "MigrationResult",
            "MigrationRun",
            "Notice",
            "NoticeMessage",
            "PopulationAnalysis",
            "PopulationAnalysis.Tier",
            "Quote",
            "RollbackData",
            "RollbackPlan",
            "RollbackPlan.LeftUser",
            "RollbackPlan.PaidUser",
            "ReconcileResult",
            "RollbackResult",
            "RunEvent",
            "RunProgress",
            "Seal",
            "StoreException",
            "SuccessMetrics",
            "Tally",
            "UserMigration",
            "UserStory",
            "UserStory.Step",
            "Verification",
            "Verification.Figures",
            "Verification.Found",
            "Verification.Offender",
            "Verification.Users");

    private static final Instant AT = Instant.parse("2026-01-06T00:00:00Z");
    private static final String TEXT = "everyone";
    private static final Map<Class<?>, Object> SAMPLES = samples();

    static Stream<Arguments> places() {
        List<Arguments> places = new ArrayList<>();
        for (Class<?> beside : List.of(MigrationService.class, HostTables.class)) {
            for (Class<?> type : PublicApi.classesBeside(beside)) {
                for (Executable one : PublicApi.callables(type)) {
                    if (isTested(one)) {
                        for (int place = 0; place < one.getParameterCount(); place++) {
                            if (!one.getParameterTypes()[place].isPrimitive()) {
                                places.add(Arguments.of(PublicApi.name(one) + " #" + (place + 1), one, place));
                            }
                        }
                    }
                }
            }
        }
        return places.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("places")
    void null_is_refused_by_name_unless_the_type_allows_it(String name, Executable one, int place) {
        @Nullable
        Object[] arguments =
                Arrays.stream(one.getParameterTypes()).map(NullsTest::sample).toArray();
        if (one.getDeclaringClass() == RollbackOptions.class && arguments[0] instanceof RunScope) {
            arguments[0] = RollbackOptions.defaults().scope();
        }
        arguments[place] = null;

        Throwable thrown = PublicApi.call(one, receiver(one), arguments);

        if (PublicApi.isNullable(one, place)) {
            assertThat(thrown instanceof NullPointerException).isFalse();
        } else {
            assertThat(thrown).isInstanceOf(InvalidValueException.class);
            assertThat(thrown).hasMessageContaining("'null'");
        }
    }

    /** Constructors of answers, what hosts write themselves, and what the library alone calls. */
    private static boolean isTested(Executable one) {
        String type = one.getDeclaringClass().getName();
        String simple = type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
        boolean isOfLibrary = List.of(
                        UserMigration.class,
                        JournalLine.class,
                        ChainResult.class,
                        DefinitionConflictException.class,
                        Schedule.class)
                .contains(one.getDeclaringClass());
        boolean isAnswer = isOfLibrary || (one instanceof java.lang.reflect.Constructor<?> && ANSWERS.contains(simple));
        boolean isOfStore = one.getDeclaringClass() == JdbcMigrationStore.class
                && !List.of("owning", "joining").contains(one.getName());
        boolean isHosts = one.getDeclaringClass().isInterface()
                && !Modifier.isStatic(one.getModifiers())
                && !one.getName().equals("named");
        return !isAnswer && !isOfStore && !isHosts;
    }

    private static @Nullable Object receiver(Executable one) {
        boolean needsNone = one instanceof java.lang.reflect.Constructor<?> || Modifier.isStatic(one.getModifiers());
        return needsNone ? null : sample(one.getDeclaringClass());
    }

    private static Object sample(Class<?> type) {
        Object sample = SAMPLES.get(type);
        if (sample == null && type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (sample == null) {
            throw new IllegalStateException("A valid " + type.getName() + " is missing here");
        }
        return sample;
    }

    private static Map<Class<?>, Object> samples() {
        Migration migration = migration();
        InMemoryMigrationStore store = InMemoryMigrationStore.with(user("ann").credits("50"));
        MigrationService service = MigrationService.of(migration, store);
        Map<Class<?>, Object> samples = new HashMap<>();
        samples.put(int.class, 1);
        samples.put(long.class, 1L);
        samples.put(boolean.class, false);
        samples.put(Integer.class, 1);
        samples.put(String.class, TEXT);
        samples.put(String[].class, new String[] {TEXT});
        samples.put(int[].class, new int[] {5, 100});
        samples.put(BigDecimal.class, new BigDecimal("0.5"));
        samples.put(RoundingMode.class, RoundingMode.HALF_UP);
        samples.put(Instant.class, AT);
        samples.put(Duration.class, Duration.ofSeconds(2));
        samples.put(Clock.class, Clock.systemUTC());
        samples.put(ZoneId.class, ZoneOffset.UTC);
        samples.put(Locale.class, Locale.ENGLISH);
        samples.put(ResourceBundle.class, new ListResourceBundle() {
            @Override
            protected Object[][] getContents() {
                return new Object[0][];
            }
        });
        samples.put(Function.class, (Function<String, Locale>) id -> Locale.ENGLISH);
        samples.put(Consumer.class, (Consumer<Object>) one -> {});
        samples.put(List.class, List.of());
        samples.put(Collection.class, List.of(TEXT));
        samples.put(Map.class, Map.of());
        samples.put(Actor.class, Actor.operator("olga"));
        samples.put(Allocation.class, Allocation.of(Credits.ZERO, "none"));
        samples.put(Consent.class, Consent.NONE);
        samples.put(CreditPolicy.class, CreditPolicy.initialGrant());
        samples.put(UsageTiers.class, CreditPolicy.initialGrant());
        samples.put(
                io.creditmigration.RateConversion.class, migration.conversion().orElseThrow());
        samples.put(CreditRate.class, CreditRate.of(1_000));
        samples.put(CreditRate[].class, new CreditRate[] {CreditRate.of(500)});
        samples.put(CreditMigrationException.class, new InvalidValueException(TEXT, TEXT, TEXT));
        samples.put(Credits.class, Credits.of(1));
        samples.put(DispatchOptions.class, DispatchOptions.defaults());
        samples.put(Health.class, Health.GO);
        samples.put(HealthSignal.class, (HealthSignal) () -> Health.GO);
        samples.put(Migration.class, migration);
        samples.put(Migration.Builder.class, Migration.named("m"));
        samples.put(MigrationStore.class, store);
        samples.put(MigrationService.class, service);
        samples.put(MigrationGate.class, MigrationGate.of(service));
        samples.put(io.creditmigration.MigrationRuns.class, service.runs());
        samples.put(io.creditmigration.MigrationRun.class, service.runs().open(RunOptions.defaults()));
        samples.put(MigrationListener.class, MigrationListener.NONE);
        samples.put(MigrationOptions.class, MigrationOptions.defaults());
        samples.put(
                MigrationOptions.StoreRest.class, MigrationOptions.defaults().storeRest());
        samples.put(
                MigrationOptions.FailureLimit.class, MigrationOptions.defaults().failureLimit());
        samples.put(MigrationPlan.class, service.plan());
        samples.put(RollbackOptions.class, RollbackOptions.defaults());
        samples.put(RollbackPlan.class, service.planRollback());
        samples.put(Verification.class, service.verify());
        samples.put(Verification.Users.class, service.verify().users());
        samples.put(SuccessMetrics.class, service.metrics(service.verify(), 0));
        samples.put(io.creditmigration.Drift.class, service.drift(service.plan(), RunOptions.defaults()));
        samples.put(io.creditmigration.PopulationAnalysis.class, service.analyze());
        Notice notice = new Notice("m", "ann", 1, NoticeKind.COMPLETE, Credits.ZERO, Credits.ZERO, null, null, AT);
        samples.put(Notice.class, notice);
        samples.put(DeadLetter.class, new DeadLetter(notice, 1, "error"));
        samples.put(Notifier.class, Notifier.logging());
        samples.put(NoticeTemplates.class, NoticeTemplates.shipped("https://example.com"));
        samples.put(
                NoticeDispatcher.class,
                NoticeDispatcher.of(
                        store,
                        Notifier.logging(),
                        NoticeTemplates.shipped("https://example.com"),
                        DispatchOptions.defaults()));
        Quote quote = new Quote("m", "ann", 1, Credits.ZERO, Credits.ZERO, null, null, AT);
        samples.put(Quote.class, quote);
        samples.put(Rollout.class, Rollout.EVERYBODY);
        samples.put(RunOptions.class, RunOptions.defaults());
        samples.put(RunScope.class, RunScope.everyone());
        samples.put(RunSettings.class, RunSettings.defaults());
        samples.put(Stages.class, Stages.of(5, 100));
        samples.put(Tally.class, Tally.NOBODY);
        samples.put(Usage.class, Usage.NONE);
        samples.put(UsageWindow.class, migration.usageWindow());
        samples.put(UserSnapshot.class, UserSnapshot.of("ann").withCredits(Credits.of(1)));
        samples.put(HostTables.class, HostTables.users("users"));
        samples.put(LibraryTables.class, LibraryTables.defaults());
        javax.sql.DataSource dataSource = TestDatabase.H2.create();
        samples.put(javax.sql.DataSource.class, dataSource);
        new TestSql(dataSource)
                .run("CREATE TABLE users (id BIGINT PRIMARY KEY, credits NUMERIC(19, 4), rate NUMERIC(18, 6))");
        LibraryTables.defaults().install(dataSource);
        samples.put(
                JdbcMigrationStore.class,
                JdbcMigrationStore.owning(
                        dataSource,
                        HostTables.users("users")
                                .balance("credits")
                                .rate("rate")
                                .rateIfAbsent(CreditRate.of(1_000))));
        samples.put(java.sql.Connection.class, TestSqlConnections.of(dataSource));
        samples.put(
                jakarta.persistence.EntityManager.class,
                org.mockito.Mockito.mock(jakarta.persistence.EntityManager.class));
        return samples;
    }

    private static Migration migration() {
        return Migration.named("rate-2500")
                .cutOff(AT)
                .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
                .build();
    }

    private static final class TestSqlConnections {
        static java.sql.Connection of(javax.sql.DataSource dataSource) {
            try {
                return dataSource.getConnection();
            } catch (java.sql.SQLException e) {
                throw new TestSql.Failure(e);
            }
        }
    }
}
