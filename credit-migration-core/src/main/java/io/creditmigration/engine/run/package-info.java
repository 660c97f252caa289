/** Many users at a time: plans, runs with their workers and limits, stages, announcements. */
@NullMarked
package io.creditmigration.engine.run;

import org.jspecify.annotations.NullMarked;
