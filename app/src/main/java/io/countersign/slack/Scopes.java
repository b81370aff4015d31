package io.countersign.slack;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the bot is allowed to do in a workspace: for each method that we call and each event that we
 * hear, the scopes that Slack asks for. Nothing else is asked for.
 */
final class Scopes {
  /** Slash commands need a scope of their own. */
  static final String COMMANDS = "commands";

  /**
   * By method of the Web API. Runs are asked for in public and private channels alone; a command
   * that is typed in a direct message has to be recognised as such.
   */
  static final Map<String, Set<String>> OF_METHODS =
      Map.ofEntries(
          // with the app-level token, whose own scope is connections:write
          Map.entry("apps.connections.open", Set.of()),
          Map.entry("auth.test", Set.of()),
          Map.entry("users.info", Set.of("users:read")),
          Map.entry("usergroups.users.list", Set.of("usergroups:read")),
          Map.entry(
              "conversations.info", Set.of("channels:read", "groups:read", "im:read", "mpim:read")),
          // with the metadata by which a message of ours is found again
          Map.entry(
              "conversations.history",
              Set.of("channels:history", "groups:history", "im:history", "metadata.message:read")),
          Map.entry(
              "conversations.replies",
              Set.of("channels:history", "groups:history", "metadata.message:read")),
          // people are called to a gate in private
          Map.entry("conversations.open", Set.of("im:write")),
          Map.entry("chat.postMessage", Set.of("chat:write")),
          Map.entry("chat.update", Set.of("chat:write")),
          Map.entry("chat.postEphemeral", Set.of("chat:write")),
          Map.entry("chat.getPermalink", Set.of()),
          // Slack's library makes of it files.getUploadURLExternal and files.completeUploadExternal
          Map.entry("files.uploadV2", Set.of("files:write")),
          Map.entry("views.open", Set.of()),
          Map.entry("views.update", Set.of()),
          Map.entry("views.publish", Set.of()));

  /** By event as it is subscribed to. */
  static final Map<String, Set<String>> OF_EVENTS =
      Map.of(
          "app_home_opened", Set.of(),
          "app_mention", Set.of("app_mentions:read"),
          "message.channels", Set.of("channels:history"),
          "message.groups", Set.of("groups:history"),
          "message.im", Set.of("im:history"));

  private Scopes() {}

  /** All that the bot needs, in alphabetical order. */
  static List<String> all() {
    var all = new TreeSet<String>();
    all.add(COMMANDS);
    OF_METHODS.values().forEach(all::addAll);
    OF_EVENTS.values().forEach(all::addAll);
    return List.copyOf(all);
  }

  static List<String> events() {
    return List.copyOf(new TreeSet<>(OF_EVENTS.keySet()));
  }
}
