/** Migrations in a Spring Boot application: properties, beans, the gate as a filter, and the actuator. */
@NullMarked
package io.creditmigration.spring;

import org.jspecify.annotations.NullMarked;
