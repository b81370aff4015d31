package io.countersign.sandbox.slack;

import io.countersign.slack.SlackLook;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the bot's token may: the scopes of the manifest, less those that were withheld. Which scope
 * a method needs is Slack's own rule, from docs.slack.dev/reference/methods, and not the bot's idea
 * of it: a manifest that asks for too little shows here.
 */
final class Permissions {

  /** Each method needs one scope. What is not named here needs none. */
  private static final Map<String, String> NEEDED =
      Map.ofEntries(
          Map.entry("chat.postMessage", "chat:write"),
          Map.entry("chat.postEphemeral", "chat:write"),
          Map.entry("chat.update", "chat:write"),
          Map.entry("chat.delete", "chat:write"),
          Map.entry("conversations.open", "im:write"),
          Map.entry("files.getUploadURLExternal", "files:write"),
          Map.entry("files.completeUploadExternal", "files:write"),
          Map.entry("files.info", "files:read"),
          Map.entry("usergroups.list", "usergroups:read"),
          Map.entry("usergroups.users.list", "usergroups:read"),
          Map.entry("users.info", "users:read"),
          Map.entry("users.list", "users:read"));

  /** These need the scope of the kind of conversation that they are about. */
  private static final Map<String, String> NEEDED_BY_KIND =
      Map.of(
          "conversations.info", "read",
          "conversations.members", "read",
          "conversations.history", "history",
          "conversations.replies", "history");

  private static final List<String> KINDS = List.of("channels", "groups", "im", "mpim");

  private final Directory directory;
  private final Faults faults;

  Permissions(Directory directory, Faults faults) {
    this.directory = directory;
    this.faults = faults;
  }

  boolean has(String scope) {
    return SlackLook.SCOPES.contains(scope) && !faults.isWithheld(scope);
  }

  /** All scopes of the token, as Slack lists them. */
  String provided() {
    return SlackLook.SCOPES.stream().filter(this::has).sorted().collect(Collectors.joining(","));
  }

  /** Whether the bot hears of what is written there. */
  boolean hearsIn(Channel channel) {
    return has(kind(channel) + ":history");
  }

  /** Refuses a call for which a scope is missing, in Slack's words. */
  void check(String method, Arguments arguments) {
    List<String> anyOf = neededFor(method, arguments.text("channel"));
    if (!anyOf.isEmpty() && anyOf.stream().noneMatch(this::has)) {
      throw new Refused("missing_scope")
          .with(Map.of("needed", String.join(",", anyOf), "provided", provided()));
    }
  }

  /** For a channel that is not there, the scope of any kind will do: what it is stays unsaid. */
  private List<String> neededFor(String method, String channel) {
    String verb = NEEDED_BY_KIND.get(method);
    if (verb == null) {
      return NEEDED.containsKey(method) ? List.of(NEEDED.get(method)) : List.of();
    }
    List<String> kinds = directory.channel(channel).map(it -> List.of(kind(it))).orElse(KINDS);
    return kinds.stream().map(kind -> kind + ":" + verb).toList();
  }

  private static String kind(Channel channel) {
    return channel.isDirect() ? "im" : channel.isPrivate() ? "groups" : "channels";
  }
}
