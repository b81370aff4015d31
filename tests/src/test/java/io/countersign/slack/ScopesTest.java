package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.slack.api.methods.MethodsClient;
import com.slack.api.model.event.Event;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.countersign.Secret;
import io.countersign.sandbox.slack.Call;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.Workspace;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The least scopes: what is called and heard, read from the classes, is what is asked for. */
class ScopesTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.countersign.slack");

  @Test
  void the_table_names_exactly_the_methods_that_are_called() {
    var called =
        CLASSES.stream()
            .flatMap(it -> it.getMethodCallsFromSelf().stream())
            .filter(it -> it.getTargetOwner().isAssignableTo(MethodsClient.class))
            .map(it -> it.getName().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());

    assertThat(called).contains("chatpostmessage");
    assertThat(Scopes.OF_METHODS.keySet().stream().map(ScopesTest::inJava))
        .containsExactlyInAnyOrderElementsOf(called);
  }

  @Test
  void the_table_names_exactly_the_events_that_are_heard() {
    var heard =
        CLASSES.stream()
            .flatMap(it -> it.getDirectDependenciesFromSelf().stream())
            .map(it -> it.getTargetClass())
            .filter(it -> it.isAssignableTo(Event.class) && !it.isEquivalentTo(Event.class))
            .map(it -> typeName(it.reflect()))
            .collect(Collectors.toSet());

    assertThat(heard).contains("app_mention");
    assertThat(kinds(Scopes.OF_EVENTS.keySet())).isEqualTo(heard);
  }

  @Test
  void the_bot_asks_for_these_scopes_and_no_others() {
    assertThat(Scopes.all())
        .containsExactly(
            "app_mentions:read",
            "channels:history",
            "channels:read",
            "chat:write",
            "commands",
            "files:write",
            "groups:history",
            "groups:read",
            "im:history",
            "im:read",
            "im:write",
            "metadata.message:read",
            "mpim:read",
            "usergroups:read",
            "users:read");
  }

  @Test
  void a_file_goes_up_without_asking_for_what_is_not_granted() {
    try (var slack = StandInSlack.start(0, Workspace.demo(), Limits.hurried(), Clock.systemUTC())) {
      var settings =
          new SlackSettings(
              new Secret(slack.workspace().botToken()),
              Optional.of(new Secret(slack.workspace().signingSecret())),
              Optional.empty(),
              slack.apiUrl(),
              Set.of());
      var api = SlackApi.of(settings);
      var root = slack.driver().say(Workspace.ALICE, Workspace.INCIDENT, "root").ts();

      var sent =
          api.upload(
              Workspace.INCIDENT, root, "copy.log", Attachment.text("Log", "31 of 74 tables"));

      assertThat(sent).isEqualTo(new Answer.Ok<>("F0000001"));
      assertThat(slack.calls()).extracting(Call::answer).noneMatch(it -> it.contains("missing_"));
      assertThat(slack.calls())
          .extracting(Call::method)
          .containsExactly("files.getUploadURLExternal", "upload", "files.completeUploadExternal");
    }
  }

  private static String inJava(String method) {
    return method.replace(".", "").toLowerCase(Locale.ROOT);
  }

  /** {@code message.im} is an event of type message. */
  private static Set<String> kinds(Set<String> events) {
    return events.stream().map(it -> it.split("\\.", -1)[0]).collect(Collectors.toSet());
  }

  private static String typeName(Class<?> event) {
    try {
      return String.valueOf(event.getField("TYPE_NAME").get(null));
    } catch (ReflectiveOperationException changed) {
      throw new LinkageError(event + " has no type", changed);
    }
  }
}
