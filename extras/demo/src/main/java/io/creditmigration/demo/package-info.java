/** The library at work in two sample applications on an embedded database, in one command. */
@NullMarked
package io.creditmigration.demo;

import org.jspecify.annotations.NullMarked;
