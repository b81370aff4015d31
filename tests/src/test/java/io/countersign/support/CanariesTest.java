package io.countersign.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.sandbox.slack.Workspace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * The search for canaries finds each kind in each place: a search that cannot fail shows nothing.
 */
class CanariesTest {
  private static final Logger LOG = Logger.getLogger("io.countersign.planted");

  @Test
  void every_secret_is_found_wherever_it_got_out() throws IOException {
    var stage = Stage.open();
    var secrets = Canaries.secrets(stage);
    assertThat(secrets).hasSizeGreaterThan(7);
    assertThat(stage.canaries().outside(stage)).as("before anything is planted").isEmpty();
    someInPlacesOfTheirOwn(stage, secrets);
    allEverywhere(stage, secrets);
    assertThatThrownBy(stage::close).isInstanceOf(AssertionError.class);
  }

  private static void allEverywhere(Stage stage, Map<String, String> secrets) throws IOException {
    var expected = new ArrayList<String>();
    for (var secret : secrets.entrySet()) {
      stage.slack().say(Workspace.CAROL, Workspace.GENERAL, "the answer was " + secret.getValue());
      LOG.log(Level.FINE, "connecting with {0}", secret.getValue());
      keep(
          stage,
          "INSERT INTO countersign.draft (id, person, spec) VALUES ('%s', 'x', '\"%s\"')",
          secret.getKey().replace("'", ""),
          secret.getValue());
      show(stage, secret.getValue());
      for (var place : List.of("Slack", "the log", "the journal", "a command line")) {
        expected.add(secret.getKey() + " in " + place + ":");
      }
    }

    var found = stage.canaries().outside(stage);
    assertThat(found).hasSameSizeAs(expected);
    expected.forEach(it -> assertThat(found).anyMatch(leak -> leak.startsWith(it)));
    secrets.values().forEach(it -> assertThat(found).noneMatch(leak -> leak.contains(it)));
  }

  /** An exception's message, and tables that nobody thinks of, each with a secret of its own. */
  private static void someInPlacesOfTheirOwn(Stage stage, Map<String, String> secrets) {
    LOG.log(
        Level.WARNING, "it failed", new IllegalStateException(secrets.get("the bot's password")));
    keep(
        stage,
        "INSERT INTO countersign.request (key, kind, body, handled_at)"
            + " VALUES ('planted', '%s', '\"%s\"', now())",
        "none",
        String.valueOf(secrets.get("the signing secret")));
    keep(
        stage,
        "INSERT INTO countersign.channel_lease VALUES ('%s', '%s', now())",
        "C0PLANTED",
        Canaries.ROW);

    assertThat(stage.canaries().outside(stage))
        .satisfiesExactlyInAnyOrder(
            it -> assertThat(it).startsWith("the bot's password in the log:"),
            it -> assertThat(it).startsWith("the signing secret in the journal:"),
            it -> assertThat(it).startsWith("the row in the journal:"));
  }

  private static void keep(Stage stage, String sql, String one, String two) {
    stage
        .world()
        .execute(stage.world().medsuite().journalLogin().database(), sql.formatted(one, two));
  }

  /** A program with the secret among its arguments, at work while a database is copied. */
  private static void show(Stage stage, String secret) throws IOException {
    var program = new ProcessBuilder("sh", "-c", "read -r line", Canaries.PLANTED, secret).start();
    try {
      stage.canaries().reached("started copy/1");
      Stage.await(
          "the command line is seen",
          () -> stage.canaries().argv().stream().anyMatch(it -> it.contains(secret)));
    } finally {
      stage.canaries().reached("acted copy/1");
      program.destroyForcibly();
    }
  }
}
