package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.countersign.sandbox.OwnSlack;
import io.countersign.sandbox.SandboxWorld;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.PgPrograms;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.Bot;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody with a Slack, a server with tenants and this repository: the README's commands, and the
 * sandbox in a Slack that is there already.
 */
class InstallTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
  private static final String COPIES_SETTINGS = "cp manifest/deploy/countersign.env.example";
  private static final String SERVE = "countersign serve\n";

  /** Commands of the README that are not run here, and why. */
  private static final Map<String, String> NOT_RUN =
      Map.of(
          "mvn -B -pl app -am package\n",
          "a build inside the build; DeployFilesTest looks at what it makes");

  private static StandInSlack slack;
  private static SandboxWorld world;

  @TempDir private Path top;

  @BeforeAll
  static void there_is_a_slack_and_a_server_with_tenants() {
    slack = StandInSlack.start(0, Workspace.demo(), Limits.hurried(), Clock.systemUTC());
    world =
        SandboxWorld.start(
            new SandboxWorld.Plan(
                Path.of("../runbooks"),
                Path.of("../manifest/estates"),
                UnaryOperator.identity(),
                new MedsuiteEstate.Size(20, 10),
                Limits.hurried(),
                0,
                Transport.HTTP,
                Clock.systemUTC()),
            OwnSlack.of(variables()).orElseThrow());
    // the README makes them anew
    world.execute("postgres", "ALTER DATABASE countersign RENAME TO sandbox_journal");
    world.execute("postgres", "ALTER ROLE countersign_owner RENAME TO sandbox_owner");
  }

  @AfterAll
  static void end() {
    world.close();
    slack.close();
  }

  /** What somebody exports before {@code mvn -Psandbox}. */
  private static Map<String, String> variables() {
    return new TreeMap<>(
        Map.of(
            "SLACK_API_URL",
            slack.apiUrl().toString(),
            "SLACK_BOT_TOKEN",
            slack.workspace().botToken(),
            "SLACK_SIGNING_SECRET",
            slack.workspace().signingSecret(),
            "COUNTERSIGN_ROLES_PLATFORM_ADMIN",
            "users:" + Workspace.ALICE + "," + Workspace.BOB,
            "COUNTERSIGN_PORT",
            "0",
            "HOME",
            "/not/handed/on"));
  }

  @Test
  void the_sandbox_talks_to_a_slack_that_is_there_already() throws Bot.CannotStart {
    var environment = new TreeMap<>(world.environment());
    environment.computeIfPresent(
        "COUNTERSIGN_DATABASE_URL", (_, it) -> it.replace("/countersign", "/sandbox_journal"));
    assertThat(environment).doesNotContainKey("HOME");

    try (var bot = Bot.start(environment)) {
      slack.deliverTo(bot.address());
      // the window begins with the base backup, which is seconds old, and ends a moment ago
      await("a plan").atMost(LONG).until(() -> isPlanned(Instant.now().minusSeconds(3)));
    }
  }

  private static boolean isPlanned(Instant moment) {
    slack
        .driver()
        .slash(
            Workspace.ALICE,
            Workspace.INCIDENT,
            "/tenant-restore",
            "acme to " + moment + " because bad migration 812");
    return slack
        .driver()
        .awaitEphemeral(Workspace.ALICE, it -> it.hasButton("draft.start"), Duration.ofSeconds(5))
        .isPresent();
  }

  @Test
  void a_slack_of_one_s_own_that_is_half_set_is_refused_with_all_that_is_missing() {
    assertThatThrownBy(() -> OwnSlack.of(Map.of("SLACK_API_URL", "https://slack.example/api/")))
        .hasMessageContaining("SLACK_BOT_TOKEN is not set")
        .hasMessageContaining("SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)")
        .hasMessageContaining("COUNTERSIGN_ROLES_PLATFORM_ADMIN is not set")
        .hasMessageContaining("unset SLACK_API_URL");
  }

  @Test
  void without_the_address_of_a_slack_the_sandbox_brings_its_own() {
    var variables = new TreeMap<>(variables());
    variables.remove("SLACK_API_URL");

    assertThat(OwnSlack.of(variables)).isEmpty();
  }

  @Test
  void the_commands_of_the_README_install_a_bot_that_is_ready() throws Exception {
    repository();
    var filled = filledIn();
    var blocks = blocks("## Install for real", "### Settings");
    var authors = blocks("## Write a runbook", "## Operate");
    assertThat(authors).isNotEmpty();
    assertThat(blocks).contains(SERVE).containsAll(NOT_RUN.keySet()).hasSizeGreaterThan(10);
    var before =
        Stream.concat(blocks.subList(0, blocks.indexOf(SERVE)).stream(), authors.stream()).toList();
    var after = blocks.subList(blocks.indexOf(SERVE) + 1, blocks.size());
    assertThat(after).hasSize(1);

    var done = run(script(before, filled) + "export -p > exported.sh\n");

    assertThat(done)
        .contains("countersign 0.1.0")
        .contains("Nothing is wrong in")
        .contains("ALTER DATABASE <database of tenant acme>")
        .contains("ok · schema countersign · applied V1 journal")
        .contains("ok · countersign_serve may now, and nothing else:")
        .contains("Nothing was found.");
    var serving = start(". ./exported.sh\nexec " + SERVE, top.resolve("serve.txt"));
    try {
      await("READY")
          .atMost(LONG)
          .failFast("it has ended: " + said("serve.txt"), () -> !serving.isAlive())
          .until(() -> said("serve.txt").contains("READY"));
      assertThat(run(". ./exported.sh\n" + after.getFirst())).contains("\"status\":\"UP\"");
    } finally {
      serving.destroy();
      assertThat(serving.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  /** What is needed of the repository; the command is run from the classes of this build. */
  private void repository() throws IOException {
    copy(Path.of("../manifest"), top.resolve("manifest"));
    copy(Path.of("../runbooks"), top.resolve("runbooks"));
    var estate = top.resolve("manifest/estates/medsuite.yaml");
    Files.writeString(
        estate, SandboxWorld.withPrograms(Files.readString(estate), PgPrograms.find()));
    var bin = Files.createDirectories(top.resolve("app/target/countersign/bin"));
    var command = bin.resolve("countersign");
    Files.writeString(
        command,
        """
        #!/bin/sh
        exec '%s/bin/java' -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.io.tmpdir='%s' \\
          -classpath '%s' io.countersign.cli.Main "$@"
        """
            .formatted(
                System.getProperty("java.home"), top, System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (var each : all.toList()) {
        var target = to.resolve(from.relativize(each));
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target);
        }
      }
    }
  }

  /** The example of settings with this world's values. */
  private Path filledIn() throws IOException {
    var values = new TreeMap<>(world.environment());
    values.remove("SLACK_API_URL");
    values.put("COUNTERSIGN_DATABASE_USER", "countersign_serve");
    values.put("COUNTERSIGN_DATABASE_PASSWORD", "not-a-secret-serve");
    values.put("COUNTERSIGN_PORT", freePort());
    values.put("COUNTERSIGN_RUNBOOKS", top.resolve("etc/runbooks").toString());
    values.put("COUNTERSIGN_ESTATES", top.resolve("etc/estates").toString());
    values.put("COUNTERSIGN_CHANNELS", Workspace.INCIDENT);
    values.put("COUNTERSIGN_AUDIT_CHANNEL", Workspace.INCIDENT);
    var names =
        Pattern.compile("(?m)^([A-Z_]+)=")
            .matcher(Files.readString(top.resolve("manifest/deploy/countersign.env.example")))
            .results()
            .map(it -> it.group(1))
            .toList();
    assertThat(values.keySet()).containsExactlyInAnyOrderElementsOf(names);
    values.put("SLACK_API_URL", slack.apiUrl().toString());
    return Files.writeString(
        top.resolve("filled.env"),
        values.entrySet().stream()
            .map(it -> it.getKey() + "=" + it.getValue() + "\n")
            .collect(Collectors.joining()));
  }

  private static String freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return Integer.toString(socket.getLocalPort());
    }
  }

  private static List<String> blocks(String from, String to) throws IOException {
    var readme = Files.readString(Path.of("../README.md"));
    var part = readme.substring(readme.indexOf(from), readme.indexOf(to));
    return BLOCK.matcher(part).results().map(InstallTest::text).toList();
  }

  private static String text(MatchResult block) {
    return block.group(1);
  }

  private static String script(List<String> blocks, Path filled) {
    return blocks.stream()
        .filter(it -> !NOT_RUN.containsKey(it))
        .map(
            it -> it.contains(COPIES_SETTINGS) ? it + "cat " + filled + " > countersign.env\n" : it)
        .collect(Collectors.joining());
  }

  /** Runs a script to its good end, and answers what it said. */
  private String run(String script) throws IOException, InterruptedException {
    var output = top.resolve("said-" + System.nanoTime() + ".txt");
    var process = start(script, output);
    try {
      assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(output)).isZero();
      return Files.readString(output);
    } finally {
      process.destroyForcibly();
    }
  }

  private Process start(String script, Path output) throws IOException {
    var builder =
        new ProcessBuilder("sh", "-eu", "-c", script)
            .directory(top.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    var admin = world.medsuite().live().adminLogin("postgres");
    builder.environment().keySet().removeIf(it -> !it.equals("PATH"));
    // whoever installs it has programs of the server's version on his PATH
    builder
        .environment()
        .merge("PATH", PgPrograms.find().bin().toString(), (is, ours) -> ours + ":" + is);
    builder
        .environment()
        .putAll(
            Map.of(
                "HOME", top.toString(),
                "PGHOST", admin.host(),
                "PGPORT", Integer.toString(admin.port()),
                "PGUSER", admin.user(),
                "PGPASSWORD", admin.password().reveal()));
    return builder.start();
  }

  private String said(String file) throws IOException {
    return Files.readString(top.resolve(file));
  }
}
