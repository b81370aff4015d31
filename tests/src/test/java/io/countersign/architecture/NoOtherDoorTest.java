package io.countersign.architecture;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import io.countersign.cli.Main;
import io.countersign.gate.GateStore;
import io.countersign.gate.Gates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * Every way into the bot, and which of them can end in a vote. A new handler, command or endpoint
 * fails here until somebody has written it down and said which it is.
 */
class NoOtherDoorTest {
  private static final String ROOT = "io.countersign.";
  private static final String SCOPES = ROOT + "slack.SlackLook.SCOPES";
  private static final String VOTES = ROOT + "slack.Votes";

  private static final JavaClasses CLASSES = ArchitectureTest.CLASSES;

  @Test
  void a_vote_is_written_by_one_class_that_is_called_by_one_that_is_called_by_one() {
    assertThat(callersOf(Gates.class.getName(), "decide")).containsExactly("slack.Votes.cast");
    assertThat(callersOf(GateStore.class.getName(), "decide")).containsExactly("gate.Gates.decide");
    assertThat(callersOf(ROOT + "store.JdbiGates", "decide")).isEmpty();
    assertThat(callersOf(ROOT + "gate.GateRules", "rule")).containsExactly("gate.Gates.decide");
    assertThat(sourcesWith("INSERT INTO countersign.vote")).containsExactly("JdbiGates.java");
    assertThat(sourcesWith("new RunEvent.GateApproved("))
        .as("and by whoever reads it back from the journal")
        .containsExactly("JdbiGates.java");
  }

  @Test
  void only_the_button_and_the_modals_cast_votes() {
    assertThat(callersOf(VOTES, "cast"))
        .containsExactly(
            "slack.Clicks.handle", "slack.Votes.approve", "slack.Votes.cast", "slack.Votes.deny");
    assertThat(callersOf(VOTES, "approve")).containsExactly("slack.Conversation.submitted");
    assertThat(callersOf(VOTES, "deny")).containsExactly("slack.Conversation.submitted");
  }

  @Test
  void of_what_comes_from_slack_clicks_and_forms_can_reach_a_vote() {
    var shapes =
        CLASSES.get(ROOT + "slack.Inbound").getAllSubclasses().stream()
            .map(JavaClass::getSimpleName)
            .collect(toCollection(TreeSet::new));
    assertThat(shapes).containsExactly("Clicked", "Opened", "Said", "Submitted", "Typed");

    var reach = new TreeMap<String, Boolean>();
    reach.put("Clicked", reaches("slack.Clicks", "handle"));
    reach.put("Submitted", reaches("slack.Conversation", "submitted"));
    reach.put("Typed", reaches("slack.Commands", "handle"));
    reach.put("Said", reaches("slack.Mentions", "handle"));
    reach.put("Opened", reaches("slack.Homekeeping", "opened"));
    assertThat(reach)
        .isEqualTo(
            Map.of(
                "Clicked", true,
                "Submitted", true,
                "Typed", false,
                "Said", false,
                "Opened", false));
    assertThat(callsFrom(ROOT + "slack.Conversation", "handle"))
        .as("what each shape is given to")
        .containsAll(
            List.of(
                "slack.Commands.handle",
                "slack.Clicks.handle",
                "slack.Conversation.submitted",
                "slack.Mentions.handle",
                "slack.Homekeeping.opened"));
  }

  @Test
  void bolt_has_these_handlers_and_each_only_keeps_what_came() {
    assertThat(callsFrom(ROOT + "slack.BoltApp", "build"))
        .filteredOn(it -> it.startsWith("com.slack.api.bolt.App."))
        .containsExactly(
            "com.slack.api.bolt.App.<init>",
            "com.slack.api.bolt.App.blockAction",
            "com.slack.api.bolt.App.blockSuggestion",
            "com.slack.api.bolt.App.command",
            "com.slack.api.bolt.App.event",
            "com.slack.api.bolt.App.viewClosed",
            "com.slack.api.bolt.App.viewSubmission");
    assertThat(callersOf("com.slack.api.bolt.App", "<init>"))
        .containsExactly("slack.BoltApp.build");
    assertThat(
            CLASSES.get(ROOT + "slack.BoltApp").getDirectDependenciesFromSelf().stream()
                .map(it -> it.getTargetClass().getName()))
        .doesNotContain(VOTES, Gates.class.getName());
    assertThat(reaches("slack.Suggestions", "answer"))
        .as("what a form offers is answered without being kept, so it may change nothing")
        .isFalse();
    assertThat(reaches("slack.AskReader", "read")).isFalse();
  }

  @Test
  void the_server_has_one_address_of_ours_and_it_takes_only_signed_requests() {
    var resources =
        CLASSES.stream()
            .filter(it -> it.isAnnotatedWith("jakarta.ws.rs.Path"))
            .map(NoOtherDoorTest::shortName)
            .toList();
    assertThat(resources).containsExactly("server.SlackResource");
    var handlers =
        CLASSES.get(ROOT + "server.SlackResource").getMethods().stream()
            .filter(
                it ->
                    it.getAnnotations().stream()
                        .anyMatch(a -> a.getRawType().getName().startsWith("jakarta.ws.rs")))
            .map(JavaCodeUnit::getName)
            .toList();
    assertThat(handlers).containsExactly("receive");
    assertThat(callsFrom(ROOT + "server.SlackResource", "receive"))
        .filteredOn(it -> it.startsWith("slack.") && !it.contains("$"))
        .containsExactly("slack.SlackHttp.handle");
    assertThat(reaches("server.BotHealth", "call")).isFalse();
  }

  @Test
  void the_command_line_has_these_commands_and_none_but_the_bot_itself_can_reach_a_vote() {
    assertThat(commands(new CommandLine(Main.class), ""))
        .as("whether a command leads to a vote; serve and sandbox run the bot")
        .isEqualTo(
            Map.of(
                "serve", true,
                "sandbox", true,
                "lint", false,
                "plan", false,
                "manifest", false,
                "migrate", false,
                "doctor", false,
                "audit", false,
                "audit verify", false,
                "audit export", false));
  }

  /** Each command, also below others, and whether it leads to a vote. */
  private static Map<String, Boolean> commands(CommandLine parent, String path) {
    var commands = new TreeMap<String, Boolean>();
    parent
        .getSubcommands()
        .forEach(
            (name, command) -> {
              var type = command.getCommandSpec().userObject().getClass().getName();
              commands.put(path + name, reachable(Set.of(type)));
              commands.putAll(commands(command, path + name + " "));
            });
    return commands;
  }

  @Test
  void the_page_belongs_to_the_sandbox_and_speaks_to_the_bot_as_slack_does() {
    assertThat(
            CLASSES.stream()
                .filter(it -> it.getPackageName().startsWith(ROOT + "sandbox.slack"))
                .flatMap(it -> it.getDirectDependenciesFromSelf().stream())
                // the stand-in grants what the manifest asks for
                .filter(it -> !it.getDescription().contains("gets field <" + SCOPES + ">"))
                .map(it -> it.getTargetClass().getName())
                .filter(it -> it.startsWith(ROOT) && !it.startsWith(ROOT + "sandbox"))
                .filter(it -> it.contains(".slack.") || it.contains(".gate.")))
        .isEmpty();
  }

  private static boolean reaches(String type, String method) {
    var from =
        CLASSES.get(ROOT + type).getCodeUnits().stream()
            .filter(it -> it.getName().equals(method))
            .toList();
    assertThat(from).as("%s.%s", type, method).isNotEmpty();
    var seen = new HashSet<JavaCodeUnit>(from);
    var next = new ArrayDeque<>(from);
    while (!next.isEmpty()) {
      for (var called : calledBy(next.poll())) {
        if (called.getOwner().getName().equals(Gates.class.getName())
            && called.getName().equals("decide")) {
          return true;
        }
        if (seen.add(called)) {
          next.add(called);
        }
      }
    }
    return false;
  }

  /** What a piece of code calls or hands on, with everything that may stand behind an interface. */
  private static Set<JavaCodeUnit> calledBy(JavaCodeUnit unit) {
    var called = new HashSet<JavaCodeUnit>();
    Stream.concat(
            unit.getCallsFromSelf().stream().map(it -> it.getTarget()),
            Stream.concat(
                    unit.getMethodReferencesFromSelf().stream(),
                    unit.getConstructorReferencesFromSelf().stream())
                .map(it -> it.getTarget()))
        .filter(it -> it.getOwner().getName().startsWith(ROOT))
        .forEach(
            it ->
                Stream.concat(Stream.of(it.getOwner()), it.getOwner().getAllSubclasses().stream())
                    .flatMap(type -> type.getCodeUnits().stream())
                    .filter(code -> code.getName().equals(it.getName()))
                    .forEach(called::add));
    return called;
  }

  /** Whether from a class, by whatever it knows, one comes to the class that casts votes. */
  private static boolean reachable(Set<String> from) {
    var seen = new HashSet<String>(from);
    var next = new ArrayDeque<>(from);
    while (!next.isEmpty()) {
      var name = next.poll();
      if (name.equals(VOTES)) {
        return true;
      }
      if (CLASSES.contain(name)) {
        CLASSES.get(name).getDirectDependenciesFromSelf().stream()
            .map(it -> it.getTargetClass().getName())
            .filter(it -> it.startsWith(ROOT) && !it.equals(Main.class.getName()))
            .filter(seen::add)
            .forEach(next::add);
      }
    }
    return false;
  }

  private static Set<String> callersOf(String type, String method) {
    return CLASSES.stream()
        .flatMap(it -> it.getCodeUnitAccessesFromSelf().stream())
        .filter(
            it ->
                it.getTargetOwner().getName().equals(type)
                    && it.getTarget().getName().equals(method))
        .map(it -> shortName(it.getOriginOwner()) + "." + it.getOrigin().getName())
        .collect(toCollection(TreeSet::new));
  }

  private static Set<String> callsFrom(String type, String method) {
    return CLASSES.get(type).getCodeUnits().stream()
        .filter(it -> it.getName().equals(method))
        .flatMap(it -> it.getCallsFromSelf().stream())
        .map(it -> it.getTargetOwner().getName() + "." + it.getTarget().getName())
        .map(it -> it.startsWith(ROOT) ? it.substring(ROOT.length()) : it)
        .collect(toCollection(TreeSet::new));
  }

  private static String shortName(JavaClass type) {
    return type.getName().substring(ROOT.length());
  }

  private static Set<String> sourcesWith(String text) {
    try (var files = Files.walk(Path.of("../app/src/main/java"))) {
      var found = new TreeSet<String>();
      for (var file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
        if (Files.readString(file).contains(text)) {
          found.add(file.getFileName().toString());
        }
      }
      return found;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
