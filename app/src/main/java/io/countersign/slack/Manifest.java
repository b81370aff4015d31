package io.countersign.slack;

import io.countersign.runbook.Arguments;
import io.countersign.runbook.Lint;
import io.countersign.runbook.Runbook;
import io.countersign.thread.RunbookLines;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The manifest of the Slack app that these runbooks need, as YAML. */
public final class Manifest {
  private static final int MOST_COMMANDS = 50;
  private static final int LONGEST_DESCRIPTION = 2_000;
  private static final int LONGEST_HINT = 1_000;
  private static final String NAME = "Countersign";
  private static final String DESCRIPTION =
      "Runs database runbooks, and asks a second person before it destroys anything.";

  private final StringBuilder text = new StringBuilder();
  private final Optional<URI> address;

  private Manifest(Optional<URI> address) {
    this.address = address;
  }

  /** Slack would refuse the manifest; the message says what to change. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(List<String> problems) {
      super(String.join(System.lineSeparator(), problems));
    }
  }

  /** One slash command. */
  private record Command(String name, String description, String hint) {}

  /**
   * @param address where Slack sends its requests; empty for Socket Mode, which needs none
   */
  public static String of(Collection<Runbook> runbooks, Optional<URI> address) throws Refused {
    var commands =
        runbooks.stream()
            .filter(it -> it.command().isPresent())
            .map(Manifest::command)
            .sorted(Comparator.comparing(Command::name))
            .collect(Collectors.toCollection(ArrayList::new));
    commands.addFirst(anyRunbook(runbooks));
    var problems = problems(commands, address);
    if (!problems.isEmpty()) {
      throw new Refused(problems);
    }
    return new Manifest(address).written(commands);
  }

  private static Command command(Runbook runbook) {
    var name = runbook.command().orElseThrow();
    var hint = Arguments.example(runbook).substring(name.length()).strip();
    return new Command(name, runbook.title(), hint);
  }

  /** The one that lists all runbooks and starts any, also those without a command. */
  private static Command anyRunbook(Collection<Runbook> runbooks) {
    var hint =
        RunbookLines.sorted(runbooks).stream()
            .filter(Runbook::typeable)
            .findFirst()
            .map(Arguments::example)
            .map(it -> it.replaceFirst("^(" + Lint.ANY_RUNBOOK + " |/)", ""))
            .orElse("help");
    return new Command(Lint.ANY_RUNBOOK, "List all runbooks, or start one", hint);
  }

  private static List<String> problems(List<Command> commands, Optional<URI> address) {
    var problems = new ArrayList<String>();
    if (commands.size() > MOST_COMMANDS) {
      problems.add(
          "%d runbooks have a command, and a Slack app has at most %d commands, one of which is %s. Leave command out of those that others start, or that people start seldom: %s starts any."
              .formatted(commands.size() - 1, MOST_COMMANDS, Lint.ANY_RUNBOOK, Lint.ANY_RUNBOOK));
    }
    for (var command : commands) {
      tooLong(
          problems,
          command,
          "description (its runbook's title)",
          command.description(),
          LONGEST_DESCRIPTION);
      tooLong(problems, command, "usage hint", command.hint(), LONGEST_HINT);
    }
    address
        .filter(it -> !"https".equals(it.getScheme()) || it.getHost() == null)
        .ifPresent(
            it ->
                problems.add(
                    it + " is no address for Slack. Write one that begins with https://."));
    return problems;
  }

  private static void tooLong(
      List<String> problems, Command command, String what, String text, int most) {
    if (text.length() > most) {
      problems.add(
          "The %s of %s has %d characters, more than the %d that Slack takes. Shorten it."
              .formatted(what, command.name(), text.length(), most));
    }
  }

  private String written(List<Command> commands) {
    line(0, "# Made by: countersign manifest" + address.map(it -> " --url " + it).orElse(""));
    line(0, "_metadata:");
    line(1, "major_version: 1");
    line(0, "display_information:");
    line(1, "name: " + NAME);
    line(1, "description: " + quoted(DESCRIPTION));
    line(0, "features:");
    // people may write to the bot, and see on its Home what waits for them
    line(1, "app_home:");
    line(2, "home_tab_enabled: true");
    line(2, "messages_tab_enabled: true");
    line(2, "messages_tab_read_only_enabled: false");
    line(1, "bot_user:");
    line(2, "display_name: " + NAME);
    line(2, "always_online: true");
    line(1, "slash_commands:");
    commands.forEach(this::command);
    line(0, "oauth_config:");
    line(1, "scopes:");
    line(2, "bot:");
    Scopes.all().forEach(it -> line(3, "- " + it));
    settings();
    return text.toString();
  }

  private void command(Command command) {
    line(2, "- command: " + command.name());
    url(3, "url");
    line(3, "description: " + quoted(command.description()));
    if (!command.hint().isEmpty()) {
      line(3, "usage_hint: " + quoted(command.hint()));
    }
    line(3, "should_escape: false");
  }

  private void settings() {
    line(0, "settings:");
    line(1, "event_subscriptions:");
    url(2, "request_url");
    line(2, "bot_events:");
    Scopes.events().forEach(it -> line(3, "- " + it));
    line(1, "interactivity:");
    line(2, "is_enabled: true");
    url(2, "request_url");
    url(2, "message_menu_options_url");
    line(1, "org_deploy_enabled: false");
    line(1, "socket_mode_enabled: " + address.isEmpty());
    line(1, "token_rotation_enabled: false");
  }

  private void url(int depth, String key) {
    address.ifPresent(it -> line(depth, key + ": " + quoted(it.toString())));
  }

  private void line(int depth, String line) {
    text.append("  ".repeat(depth)).append(line).append('\n');
  }

  /** Double quotes of YAML; the texts hold no control characters but line breaks. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
