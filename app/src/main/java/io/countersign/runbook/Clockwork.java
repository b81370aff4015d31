package io.countersign.runbook;

import java.time.Instant;
import java.time.ZoneId;

/**
 * What a time in words is read against.
 *
 * @param now the database's clock
 * @param zone the zone in which the person means a bare time
 */
public record Clockwork(Instant now, ZoneId zone) {}
