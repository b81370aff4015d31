package io.countersign.azure;

import static io.countersign.azure.AzureRig.settled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.Problem;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.AzureAccount.Endpoints;
import io.countersign.estate.AzureAccount.Identity;
import io.countersign.estate.LoginTrial;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.sandbox.azure.Backing.State;
import io.countersign.sandbox.azure.StandInAzure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AzureTroubleTest extends WithAzure {
  private static final String WRONG = "not-a-secret-at-all-77aa";

  @BeforeEach
  void fresh() {
    rig.fresh();
  }

  private static Problem broken(Progress progress) {
    assertThat(progress).isInstanceOf(Progress.Broken.class);
    return ((Progress.Broken) progress).problem();
  }

  // Who the bot is, and where Azure is

  @Test
  void a_wrong_secret_is_told_by_its_number_and_without_what_was_sent() throws IOException {
    var problem = broken(rig.bot(withWrongSecret()).visit(rig.copy(1), ""));

    assertThat(problem.line()).contains("AADSTS7000215", "az ad app credential list");
    assertThat(problem.line()).doesNotContain(WRONG);
  }

  private AzureAccount withWrongSecret() throws IOException {
    Files.writeString(rig.file("wrong"), WRONG);
    return rig.account(
        new Identity.ClientSecret(StandInAzure.CLIENT, rig.file("wrong").toString()),
        rig.account().endpoints());
  }

  @Test
  void a_federated_token_of_the_cluster_is_who_the_bot_is() throws IOException {
    Files.writeString(rig.file("federated"), AzureRig.CLIENT_SECRET);
    var account =
        rig.account(
            new Identity.Workload(StandInAzure.CLIENT, rig.file("federated").toString()),
            rig.account().endpoints());

    assertThat(settled(rig.bot(account), rig.copy(1))).isInstanceOf(Progress.Ready.class);
  }

  @Test
  void a_missing_file_with_the_secret_is_named() {
    var account =
        rig.account(
            new Identity.ClientSecret(StandInAzure.CLIENT, rig.file("none").toString()),
            rig.account().endpoints());

    assertThat(
            catchThrowableOfType(
                    RestorerUnavailable.class, () -> rig.bot(account).window(AzureRig.SOURCE))
                .problem()
                .line())
        .contains("cannot be read");
  }

  @Test
  void a_certificate_that_is_not_trusted_is_told_as_such() {
    var account =
        rig.account(rig.account().identity(), new Endpoints(rig.azure.url(), rig.azure.url(), ""));

    assertThat(broken(rig.bot(account).visit(rig.copy(1), "")).happened()).contains("not trusted");
  }

  @Test
  void a_name_that_nobody_knows_and_a_port_that_nobody_has_are_told_as_such() {
    var certificates = rig.azure.certificate().toString();
    var unknown = URI.create("https://no-such-host.invalid");
    var unnamed =
        rig.account(
            rig.account().identity(), new Endpoints(unknown, rig.azure.url(), certificates));
    assertThat(broken(rig.bot(unnamed).visit(rig.copy(1), "")).happened())
        .contains("name cannot be resolved");

    var down = URI.create("https://localhost:1");
    var closed =
        rig.account(rig.account().identity(), new Endpoints(down, rig.azure.url(), certificates));
    assertThat(rig.bot(closed).visit(rig.copy(1), ""))
        .isInstanceOfSatisfying(
            Progress.Working.class,
            it -> assertThat(it.doing()).contains("the connection is refused"));
  }

  /** The bot's token must not go wherever a journal's row says. */
  @Test
  void an_operation_elsewhere_is_never_asked_about() {
    rig.backing.ends(0, new State.Made("copy.example.test"));
    rig.bot().begin(rig.copy(1));

    var progress = rig.bot().visit(rig.copy(1), "restore=https://elsewhere.example.test/operation");

    assertThat(progress)
        .isInstanceOfSatisfying(
            Progress.Working.class, it -> assertThat(it.doing()).contains("letting the bot alone"));
  }

  // What is logged

  @Test
  void at_the_finest_level_no_log_line_holds_a_secret_a_password_or_a_token() throws Exception {
    var lines = new Lines();
    var root = Logger.getLogger("");
    var before = root.getLevel();
    root.addHandler(lines);
    root.setLevel(Level.ALL);
    try {
      rig.trial.answers.add(new LoginTrial.Answer.WrongPassword());
      rig.trial.answers.add(new LoginTrial.Answer.WrongPassword());
      settled(rig.bot(), rig.copy(1));
      rig.azure.vault().put("canary", "postgres://u:" + AzureRig.PASSWORD + "@h/d");
      rig.vault().login(new io.countersign.estate.SecretName("canary"));
      // Entra's own words about it quote what was sent, and the libraries log them
      rig.bot(withWrongSecret()).visit(rig.copy(2), "");
    } finally {
      root.setLevel(before);
      root.removeHandler(lines);
    }

    assertThat(lines.all).anyMatch(it -> it.startsWith("com.azure"));
    var secrets =
        new java.util.ArrayList<>(List.of(AzureRig.CLIENT_SECRET, AzureRig.PASSWORD, WRONG));
    secrets.addAll(rig.azure.tokens().all());
    rig.backing.passwords().forEach(it -> secrets.add(it.reveal()));
    assertThat(secrets).hasSizeGreaterThan(3);
    for (var secret : secrets) {
      assertThat(lines.all).noneMatch(it -> it.contains(secret));
    }
  }

  private static final class Lines extends Handler {
    private final Queue<String> all = new ConcurrentLinkedQueue<>();
    private final SimpleFormatter formatter = new SimpleFormatter();

    private Lines() {
      setLevel(Level.ALL);
    }

    @Override
    public void publish(LogRecord line) {
      var text = new StringWriter();
      text.append(line.getLoggerName()).append(' ').append(formatter.formatMessage(line));
      if (line.getThrown() != null) {
        line.getThrown().printStackTrace(new PrintWriter(text, true));
      }
      all.add(text.toString());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
