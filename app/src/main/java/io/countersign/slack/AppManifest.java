package io.countersign.slack;

import io.countersign.runbook.Arguments;
import io.countersign.runbook.Runbook;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The manifest from which Slack makes the app: one command per runbook, and no scope that nothing
 * here needs. Its form is that of Slack's manifest schema, major version 2.
 */
public final class AppManifest {
  /** What an app may have at most, by Slack's schema. */
  private static final int MOST_COMMANDS = 50;

  private static final int COMMAND = 32;
  private static final int DESCRIPTION = 140;
  private static final int HINT = 1_000;
  private static final String EVENTS_PATH = "/slack/events";

  /**
   * A right that the bot's token gets.
   *
   * @param needs the Web API methods and events that take it
   */
  public record Scope(String name, List<String> needs) {
    public Scope {
      needs = List.copyOf(needs);
    }
  }

  /** Every scope with what takes it, as Slack documents each method and event. */
  public static final List<Scope> SCOPES =
      List.of(
          new Scope("app_mentions:read", List.of("app_mention")),
          new Scope(
              "channels:history",
              List.of("message.channels", "conversations.history", "conversations.replies")),
          new Scope("channels:read", List.of("conversations.info")),
          new Scope("chat:write", List.of("chat.postMessage", "chat.update", "chat.postEphemeral")),
          new Scope("commands", List.of("slash commands")),
          new Scope(
              "groups:history",
              List.of("message.groups", "conversations.history", "conversations.replies")),
          new Scope("groups:read", List.of("conversations.info")),
          new Scope("im:history", List.of("message.im")),
          new Scope("im:read", List.of("conversations.info")),
          new Scope(
              "metadata.message:read", List.of("conversations.history", "conversations.replies")),
          new Scope("mpim:read", List.of("conversations.info")),
          new Scope("usergroups:read", List.of("usergroups.users.list")),
          new Scope("users:read", List.of("users.info")));

  /** The events that the bot listens to. */
  public static final List<String> EVENTS =
      List.of("app_mention", "message.channels", "message.groups", "message.im");

  private AppManifest() {}

  /** What came of it. */
  public sealed interface Made {
    /**
     * @param tree texts, booleans, lists and maps, in Slack's order
     */
    record Valid(Map<String, Object> tree) implements Made {}

    record Refused(List<String> problems) implements Made {
      public Refused {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * @param address where Slack reaches the bot over HTTP; empty for Socket Mode, which needs none
   */
  public static Made of(Collection<Runbook> runbooks, Optional<URI> address) {
    var typed =
        runbooks.stream()
            .filter(it -> it.command().isPresent())
            .sorted(Comparator.comparing(it -> it.command().orElseThrow()))
            .toList();
    var problems = problems(typed);
    return problems.isEmpty() ? new Made.Valid(tree(typed, address)) : new Made.Refused(problems);
  }

  private static List<String> problems(List<Runbook> typed) {
    var problems = new ArrayList<String>();
    if (typed.size() > MOST_COMMANDS) {
      problems.add(
          typed.size()
              + " runbooks have a command, and a Slack app may have "
              + MOST_COMMANDS
              + ". Take command: out of those that only schedules start, or split the folder.");
    }
    for (int i = 0; i < typed.size(); i++) {
      var command = typed.get(i).command().orElseThrow();
      if (command.length() > COMMAND) {
        problems.add(
            "%s is longer than the %d characters that Slack allows; shorten command: in runbook %s."
                .formatted(command, COMMAND, typed.get(i).name()));
      }
      if (i > 0 && command.equals(typed.get(i - 1).command().orElseThrow())) {
        problems.add(
            "runbooks %s and %s have the same command %s; change one of them."
                .formatted(typed.get(i - 1).name(), typed.get(i).name(), command));
      }
    }
    return problems;
  }

  private static Map<String, Object> tree(List<Runbook> typed, Optional<URI> address) {
    var requests = address.map(AppManifest::requests);
    var tree = new LinkedHashMap<String, Object>();
    tree.put("_metadata", Map.of("major_version", 2));
    tree.put(
        "display_information",
        ordered(
            "name",
            "Countersign",
            "description",
            "Runs tenant-database runbooks, and asks a second person before it destroys anything"));
    tree.put(
        "features",
        ordered(
            "app_home",
            ordered(
                "home_tab_enabled",
                false,
                "messages_tab_enabled",
                true,
                "messages_tab_read_only_enabled",
                false),
            "bot_user",
            ordered("display_name", "countersign", "always_online", true),
            "slash_commands",
            typed.stream().map(it -> command(it, requests)).toList()));
    tree.put(
        "oauth_config", Map.of("scopes", Map.of("bot", SCOPES.stream().map(Scope::name).toList())));
    tree.put("settings", settings(requests));
    return tree;
  }

  private static String requests(URI address) {
    var text = address.toString();
    return (text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + EVENTS_PATH;
  }

  private static Map<String, Object> command(Runbook runbook, Optional<String> requests) {
    var command = new LinkedHashMap<String, Object>();
    command.put("command", runbook.command().orElseThrow());
    requests.ifPresent(it -> command.put("url", it));
    command.put("description", Mrkdwn.clipped(runbook.title(), DESCRIPTION));
    var example = Arguments.example(runbook);
    var hint = example.substring(example.indexOf(' ') + 1);
    command.put("usage_hint", Mrkdwn.clipped(hint, HINT));
    command.put("should_escape", false);
    return command;
  }

  private static Map<String, Object> settings(Optional<String> requests) {
    var settings = new LinkedHashMap<String, Object>();
    var events = new LinkedHashMap<String, Object>();
    requests.ifPresent(it -> events.put("request_url", it));
    events.put("bot_events", EVENTS);
    var interactivity = new LinkedHashMap<String, Object>();
    interactivity.put("is_enabled", true);
    requests.ifPresent(it -> interactivity.put("request_url", it));
    settings.put("event_subscriptions", events);
    settings.put("interactivity", interactivity);
    settings.put("org_deploy_enabled", false);
    settings.put("socket_mode_enabled", requests.isEmpty());
    settings.put("token_rotation_enabled", false);
    return settings;
  }

  private static Map<String, Object> ordered(Object... pairs) {
    var map = new LinkedHashMap<String, Object>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
