package io.countersign.slack;

import io.countersign.Secret;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * How this bot reaches its Slack, and Slack the bot: by one of two doors or by both.
 *
 * @param signingSecret of requests over HTTP; without it none are taken
 * @param appToken opens sockets; without it there are none
 * @param apiUrl where the Web API is, with a slash at its end
 * @param channels ids of the channels in which runs may be asked for; empty means any
 * @param auditChannel id of the channel that is told each new anchor, where one is
 */
public record SlackSettings(
    Secret botToken,
    Optional<Secret> signingSecret,
    Optional<Secret> appToken,
    URI apiUrl,
    Set<String> channels,
    Optional<String> auditChannel) {
  public static final URI SLACK = URI.create("https://slack.com/api/");

  /** Anchors are told to no channel. */
  public SlackSettings(
      Secret botToken,
      Optional<Secret> signingSecret,
      Optional<Secret> appToken,
      URI apiUrl,
      Set<String> channels) {
    this(botToken, signingSecret, appToken, apiUrl, channels, Optional.empty());
  }

  public SlackSettings {
    if (signingSecret.isEmpty() && appToken.isEmpty()) {
      throw new IllegalArgumentException("Slack has no way to this bot");
    }
    channels = Set.copyOf(channels);
    if (!apiUrl.toString().endsWith("/")) {
      apiUrl = URI.create(apiUrl + "/");
    }
  }
}
