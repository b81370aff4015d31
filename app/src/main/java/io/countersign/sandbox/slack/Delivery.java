package io.countersign.sandbox.slack;

/**
 * Something that Slack tells the bot.
 *
 * @param kind {@code command}, {@code block_actions}, {@code view_submission}, {@code view_closed},
 *     {@code block_suggestion}, or the type of an event
 * @param body exactly as sent
 * @param isEvent events alone are delivered again by Slack itself
 */
public record Delivery(String kind, String contentType, String body, boolean isEvent) {

  static final String FORM = "application/x-www-form-urlencoded";
  static final String JSON = "application/json";
}
