/** What the doors are built on: reads, decides and writes. Hidden: no other module and no host names it. */
@NullMarked
package io.creditmigration.engine;

import org.jspecify.annotations.NullMarked;
