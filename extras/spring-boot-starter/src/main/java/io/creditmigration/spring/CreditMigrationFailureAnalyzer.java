package io.creditmigration.spring;

import io.creditmigration.CreditMigrationException;
import io.creditmigration.DefinitionConflictException;
import io.creditmigration.InvalidValueException;
import io.creditmigration.StoreException;
import io.creditmigration.jdbc.MappingException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what to do where the library keeps an application from starting. */
final class CreditMigrationFailureAnalyzer extends AbstractFailureAnalyzer<CreditMigrationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, CreditMigrationException cause) {
        return new FailureAnalysis("" + cause.getMessage(), actionFor(cause), cause);
    }

    private static String actionFor(CreditMigrationException cause) {
        if (cause instanceof MappingException mapping) {
            return mapping.mapped().startsWith("library table")
                    ? "Create the library's tables: set credit-migration.library-tables.on-start=install, or let Flyway or Liquibase do"
                            + " so before, with the shipped DDL (docs/flyway-and-liquibase.md)."
                    : "Compare credit-migration.users and its neighbours with the table: names, types and markers are checked against the"
                            + " database. './credit-migration doctor' looks at all of it.";
        }
        if (cause instanceof DefinitionConflictException) {
            return "Take the stored definition back into credit-migration.migration or into the Migration bean. If it is meant to be"
                    + " another migration, give it another id.";
        }
        if (cause instanceof InvalidValueException invalid) {
            return "Change " + invalid.what() + ". Allowed: " + invalid.allowed() + ".";
        }
        if (cause instanceof StoreException) {
            return "See that the database answers and that its user may do what the message names; then start again. Nothing was"
                    + " migrated.";
        }
        return "See the message.";
    }
}
