package io.countersign.sandbox;

import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A Slack of the user's own in place of the stand-in: a team tries the bot in its workspace on demo
 * data.
 */
public final class OwnSlack {
  private static final String ADMINS = "COUNTERSIGN_ROLES_PLATFORM_ADMIN";

  private final Map<String, String> settings;

  private OwnSlack(Map<String, String> settings) {
    this.settings = Map.copyOf(settings);
  }

  /**
   * What the environment says about it; empty where {@code SLACK_API_URL} is not set.
   *
   * @throws IllegalStateException where something else is missing then, naming all of it
   */
  public static Optional<OwnSlack> of(Map<String, String> environment) {
    if (!isSet(environment, "SLACK_API_URL")) {
      return Optional.empty();
    }
    var missing = new ArrayList<String>();
    if (!isSet(environment, "SLACK_BOT_TOKEN")) {
      missing.add("SLACK_BOT_TOKEN is not set. It is the bot token of your Slack app (xoxb-...).");
    }
    if (!isSet(environment, "SLACK_APP_TOKEN") && !isSet(environment, "SLACK_SIGNING_SECRET")) {
      missing.add("Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).");
    }
    if (!isSet(environment, ADMINS)) {
      missing.add(ADMINS + " is not set. It is usergroup:S0123 or users:U012,U345 of your Slack.");
    }
    if (!missing.isEmpty()) {
      missing.addFirst("SLACK_API_URL is set, so this sandbox talks to your Slack:");
      missing.add("Or unset SLACK_API_URL: then it brings a Slack of its own.");
      throw new IllegalStateException(String.join(System.lineSeparator(), missing));
    }
    return Optional.of(new OwnSlack(handedOn(environment)));
  }

  private static boolean isSet(Map<String, String> environment, String name) {
    return !environment.getOrDefault(name, "").isBlank();
  }

  private static Map<String, String> handedOn(Map<String, String> environment) {
    var settings = new TreeMap<String, String>();
    settings.put("COUNTERSIGN_PORT", "8080");
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("SLACK_")
              || name.startsWith("COUNTERSIGN_ROLES_")
              || name.equals("COUNTERSIGN_CHANNELS")
              || name.equals("COUNTERSIGN_PORT")) {
            settings.put(name, value);
          }
        });
    return settings;
  }

  /** Everything about Slack that the bot is told. */
  Map<String, String> settings() {
    return settings;
  }

  /** Whether Slack reaches the bot by a socket that the bot opens. */
  boolean bySocket() {
    return isSet(settings, "SLACK_APP_TOKEN");
  }
}
