/**
 * The library's tables as JPA entities, to read and never to write: for dashboards and reports of hosts that work with JPA.
 * They are found only where they are named, in {@code persistence.xml} or by scanning this package.
 *
 * <p>They are mapped to views, which a JPA provider must not create: install {@code LibraryTables} before it starts, and have
 * it validate the schema or leave it alone ({@code hibernate.hbm2ddl.auto} at {@code validate} or {@code none}). Told to update
 * or create, it makes empty tables under the names of views that are not there yet; told to create, on H2 in their place too.
 *
 * <p>In queries their times are attributes of type {@code OffsetDateTime}. Hibernate reads them as they were written.
 * EclipseLink reads them to the millisecond, and on MariaDB, whose columns are in UTC without saying so, takes them for times
 * of the JVM's zone: there, run in UTC.
 */
@NullMarked
package io.creditmigration.jdbc.jpa;

import org.jspecify.annotations.NullMarked;
