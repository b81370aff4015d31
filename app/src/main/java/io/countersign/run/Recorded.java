package io.countersign.run;

import java.time.Instant;

/**
 * An event as it stands in the journal.
 *
 * @param seq from 1, without gaps
 * @param at the database's clock
 */
public record Recorded(long seq, Instant at, RunEvent event) {}
