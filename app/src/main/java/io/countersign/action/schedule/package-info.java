/** What comes later: a row in the schedule, which starts a run of its own. */
@org.jspecify.annotations.NullMarked
package io.countersign.action.schedule;
