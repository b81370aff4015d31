package io.countersign.slack;

import io.countersign.Secret;
import java.net.URI;
import java.util.Set;

/**
 * How this bot reaches its Slack.
 *
 * @param apiUrl where the Web API is, with a slash at its end
 * @param channels ids of the channels in which runs may be asked for; empty means any
 */
public record SlackSettings(
    Secret botToken, Secret signingSecret, URI apiUrl, Set<String> channels) {
  public static final URI SLACK = URI.create("https://slack.com/api/");

  public SlackSettings {
    channels = Set.copyOf(channels);
    if (!apiUrl.toString().endsWith("/")) {
      apiUrl = URI.create(apiUrl + "/");
    }
  }
}
