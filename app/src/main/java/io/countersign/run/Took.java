package io.countersign.run;

import java.time.Duration;

/**
 * How long one step of an earlier run took: its attempt that succeeded, with all its waiting.
 *
 * @param tenant whose run it was, by slug
 * @param step its id
 */
public record Took(String tenant, String step, Duration length) {}
