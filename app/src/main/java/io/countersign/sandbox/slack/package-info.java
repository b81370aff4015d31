/**
 * A stand-in for Slack that speaks its real protocol: Web API, signed deliveries, limits, faults,
 * and a page for people. The bot talks to it as to Slack itself, with another base address. {@link
 * io.countersign.sandbox.slack.StandInSlack} is the entry, {@link
 * io.countersign.sandbox.slack.SlackDriver} plays the people.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.sandbox.slack;
