package io.creditmigration;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.creditmigration.engine.audit.StoryTeller;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Which package may use which. On the class path nothing else holds the arrows:
 *
 * <pre>
 * façades → engine.{user, run} → engine.decide → spi → values → internal
 * façades → engine.audit → spi → values
 * </pre>
 */
final class RoomsTest {

    private static final String ENGINE = "io.creditmigration.engine..";
    private static final String DECIDE = "io.creditmigration.engine.decide..";
    private static final String USER = "io.creditmigration.engine.user..";
    private static final String RUN = "io.creditmigration.engine.run..";
    private static final String AUDIT = "io.creditmigration.engine.audit..";
    private static final String INTERNAL = "io.creditmigration.internal..";

    /** They look like what hosts use, since hosts use them, and are what the rooms are opened by. */
    private static final DescribedPredicate<JavaClass> FACADES = belongToAnyOf(
                    MigrationService.class, MigrationRuns.class, MigrationGate.class, NoticeDispatcher.class)
            .as("façades");

    private static final JavaClasses CORE = new ClassFileImporter().importPath(mainClasses());

    @Test
    void values_and_the_spi_know_neither_engine_nor_facades() {
        check(noClasses()
                .that(resideInAPackage("io.creditmigration")
                        .or(resideInAPackage("io.creditmigration.spi"))
                        .and(not(FACADES)))
                .should()
                .dependOnClassesThat(resideInAPackage(ENGINE).or(FACADES)));
    }

    @Test
    void the_engine_knows_no_facade() {
        check(noClasses().that().resideInAPackage(ENGINE).should().dependOnClassesThat(FACADES));
    }

    @Test
    void decisions_know_nothing_of_what_reads_and_writes() {
        check(noClasses()
                .that()
                .resideInAPackage(DECIDE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(USER, RUN, AUDIT));
    }

    @Test
    void single_users_and_runs_do_not_know_each_other() {
        check(noClasses()
                .that()
                .resideInAPackage(USER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(RUN, AUDIT));
        check(noClasses()
                .that()
                .resideInAPackage(RUN)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(USER, AUDIT));
    }

    @Test
    void a_proof_shares_no_arithmetic_with_what_it_proves() {
        check(noClasses()
                .that()
                .resideInAPackage(AUDIT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(DECIDE, USER, RUN));
        check(noClasses()
                .that()
                .resideInAPackage(AUDIT)
                .should()
                .dependOnClassesThat(belongToAnyOf(RateConversion.class, UsageTiers.class)));
        check(noClasses()
                .that(resideInAPackage(AUDIT).and(not(belongToAnyOf(StoryTeller.class))))
                .should()
                .dependOnClassesThat(belongToAnyOf(Credits.class, Allocation.class)));
    }

    @Test
    void notices_are_delivered_without_the_engine() {
        check(noClasses()
                .that(belongToAnyOf(NoticeDispatcher.class, NoticeTemplates.class, Notifier.class))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ENGINE));
    }

    @Test
    void small_tools_know_only_the_exceptions_that_they_throw() {
        check(classes()
                .that()
                .resideInAPackage(INTERNAL)
                .should()
                .onlyDependOnClassesThat(resideInAPackage(INTERNAL)
                        .or(not(resideInAPackage("io.creditmigration..")))
                        .or(belongToAnyOf(InvalidValueException.class, StoreException.class))));
    }

    @Test
    void the_module_exports_what_hosts_and_stores_use_and_nothing_else() throws Exception {
        Path classes = Path.of(
                Quote.class.getProtectionDomain().getCodeSource().getLocation().toURI());

        ModuleDescriptor module = ModuleFinder.of(classes)
                .find("io.creditmigration")
                .orElseThrow()
                .descriptor();

        assertThat(module.exports())
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder("io.creditmigration", "io.creditmigration.spi");
        assertThat(module.exports()).noneMatch(ModuleDescriptor.Exports::isQualified);
    }

    private static Path mainClasses() {
        try {
            return Path.of(Quote.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError("Classes without a path", e);
        }
    }

    private static void check(ArchRule rule) {
        rule.check(CORE);
    }
}
