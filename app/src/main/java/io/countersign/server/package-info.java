/**
 * Wiring: settings, the bot put together, and its HTTP endpoint on Helidon MP. CDI stays at this
 * border.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.server;
