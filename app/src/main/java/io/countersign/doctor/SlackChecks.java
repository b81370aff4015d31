package io.countersign.doctor;

import io.countersign.Role;
import io.countersign.gate.Roster;
import io.countersign.runbook.Runbook;
import io.countersign.server.Settings;
import io.countersign.slack.RoleSource;
import io.countersign.slack.SlackLook;
import io.countersign.slack.SlackLook.Look;
import io.countersign.slack.SlackSettings;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Token, scopes, roles and channels. */
final class SlackChecks {
  private static final String TOKEN = "Slack's bot token";
  private static final int APPROVERS = 2;

  private final Settings settings;
  private final SlackLook slack;
  private final InstantSource clock;
  private final Results results = new Results();

  SlackChecks(Settings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.slack =
        SlackLook.of(
            new SlackSettings(
                settings.botToken(),
                settings.signingSecret(),
                settings.appToken(),
                settings.slackApi(),
                settings.channels()));
  }

  /**
   * @param socket whether to ask Slack for a socket, which it allows about once a minute
   * @param runbooks whose roles need a source
   */
  List<Result> look(boolean socket, Collection<Runbook> runbooks) {
    appToken(socket);
    switch (slack.token()) {
      case Look.Seen<SlackLook.Token>(var token) -> {
        results.fine(TOKEN, token.user() + " in " + token.team());
        scopes(token);
        token.date().ifPresent(it -> new Clocks(clock).compare(results, "Slack's clock", it));
        roles(runbooks);
        channels();
      }
      case Look.Nothing<SlackLook.Token>(var why) -> {
        results.finding(
            TOKEN,
            settings.slackApi() + " answered auth.test with: " + why + ".",
            why.startsWith("no answer") || why.startsWith("HTTP")
                ? "let this host reach Slack, or correct SLACK_API_URL."
                : "install the app in the workspace and put its bot token (xoxb-…) into"
                    + " SLACK_BOT_TOKEN.");
        results.notSeen("Slack's scopes, roles and channels", "the token is needed for them");
      }
    }
    return results.list();
  }

  private void appToken(boolean socket) {
    var what = "Slack's app token";
    var appToken = settings.appToken();
    if (appToken.isEmpty()) {
      results.fine(what, "not set: Slack reaches the bot by signed HTTP");
      return;
    }
    if (!socket) {
      results.fine(
          what,
          "looks like one; --socket asks Slack, which answers apps.connections.open only about once"
              + " a minute");
      return;
    }
    switch (slack.socket(appToken.get())) {
      case Look.Seen<String>(var seen) -> results.fine(what, seen);
      case Look.Nothing<String>(var why) ->
          results.finding(
              what,
              "apps.connections.open answered: " + why + ".",
              "switch Socket Mode on in the app's settings and make an app-level token with"
                  + " connections:write.");
    }
  }

  private void scopes(SlackLook.Token token) {
    var what = "Slack's scopes";
    if (token.scopes().isEmpty()) {
      results.notSeen(what, "the answer has no x-oauth-scopes");
      return;
    }
    var missing = new TreeSet<>(SlackLook.SCOPES);
    missing.removeAll(token.scopes());
    results.check(
        missing.isEmpty(),
        what,
        "all " + SlackLook.SCOPES.size() + " are granted",
        "The bot's token lacks " + String.join(", ", missing) + ".",
        "add them under OAuth & Permissions, or from manifest/slack-app.yaml, and install the app"
            + " again.");
  }

  private void roles(Collection<Runbook> runbooks) {
    settings.roles().forEach(this::role);
    var named = new TreeSet<String>();
    for (var runbook : runbooks) {
      runbook.steps().stream()
          .flatMap(it -> it.gate().stream())
          .flatMap(it -> it.from().stream())
          .filter(it -> !settings.roles().containsKey(it))
          .forEach(it -> named.add(it.name()));
    }
    for (var role : named) {
      results.finding(
          "the role " + role,
          "A runbook names it, and nothing says who holds it.",
          "set COUNTERSIGN_ROLES_" + role + " to usergroup:S… or users:U…,U….");
    }
  }

  private void role(Role role, String source) {
    var what = "the role " + role.name();
    if (RoleSource.of(source) instanceof RoleSource.Registry(var estate)) {
      results.notSeen(what, "the registry of " + estate + " says who holds it, when a vote comes");
      return;
    }
    switch (slack.holders(role, RoleSource.of(source), clock)) {
      case Roster.Reading.Members(var people, var dropped, _) ->
          results.check(
              people.size() >= APPROVERS,
              what,
              people.size() + " people hold it (" + source + ")",
              people.size()
                  + " full member(s) of the workspace hold it ("
                  + source
                  + (dropped == 0 ? "" : "; guests, bots and closed accounts left out: " + dropped)
                  + "), so nobody could countersign what one of them asks for.",
              "add a second person to it.");
      case Roster.Reading.Unreadable(var why) ->
          results.finding(
              what,
              "Its source " + source + " cannot be read: " + why + ".",
              "correct COUNTERSIGN_ROLES_"
                  + role.name()
                  + "; a workspace without user groups takes users:U…,U….");
    }
  }

  private void channels() {
    if (settings.channels().isEmpty()) {
      results.notSeen(
          "the channels",
          "COUNTERSIGN_CHANNELS is not set: runs may be asked for in every channel in which the bot"
              + " is");
    }
    new TreeSet<>(settings.channels()).forEach(it -> channel(it, "COUNTERSIGN_CHANNELS"));
    settings.auditChannel().ifPresent(it -> channel(it, "COUNTERSIGN_AUDIT_CHANNEL"));
  }

  /**
   * @param setting where it is named
   */
  private void channel(String id, String setting) {
    var what = "the channel " + id;
    switch (slack.channel(id)) {
      case Look.Nothing<SlackLook.Channel>(var why) ->
          results.finding(
              what,
              "conversations.info answered: " + why + ".",
              "correct " + setting + "; into a private channel the bot must be invited first.");
      case Look.Seen<SlackLook.Channel>(var it) when !it.member() ->
          results.finding(what, "The bot is not in it.", "write /invite @countersign there.");
      case Look.Seen<SlackLook.Channel>(var it) when it.shared() ->
          results.finding(
              what,
              "It is shared with another company, so the bot starts nothing in it.",
              "take an internal channel in " + setting + ".");
      case Look.Seen<SlackLook.Channel>(var it) when it.archived() || it.direct() ->
          results.finding(
              what,
              "It is archived or a direct message, so the bot starts nothing in it.",
              "take an open channel in " + setting + ".");
      case Look.Seen<SlackLook.Channel> _ -> results.fine(what, "the bot is in it");
    }
  }
}
