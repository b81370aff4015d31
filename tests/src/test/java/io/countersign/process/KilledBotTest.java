package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.countersign.sandbox.SandboxWorld;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.postgres.Mangle;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.MedsuiteWorld;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.Workspace;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three tenants are restored by a bot that is killed four times: while it copies, at the gate, at
 * nine places in and after the swap. The story is played once; the tests look at what came of it.
 */
class KilledBotTest {
  private static final String ACME = "acme";
  private static final String GLOBEX = "globex";
  private static final String CLINIC = "north-clinic";
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final DateTimeFormatter TYPED =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.of("Europe/Madrid"));

  /** In the order of the swap; each round of kills stops the three runs at three of them. */
  private static final List<Map<String, String>> SWAP_POINTS =
      List.of(
          Map.of(CLINIC, "asked for the lock", GLOBEX, "alone", ACME, "live renamed"),
          Map.of(CLINIC, "locked", GLOBEX, "measured", ACME, "restored renamed"),
          Map.of(CLINIC, "opened and closed", GLOBEX, "before COMMIT", ACME, "acted cutover/3"));

  private static SandboxWorld world;
  private static SlackDriver slack;
  private static Path temporary;
  private static Map<String, String> environment;
  private static @Nullable BotProcess running;
  private static final Map<String, Tenant> TENANTS = new TreeMap<>();
  private static final Map<String, String> RUNS = new TreeMap<>();
  private static final List<ProcessHandle> ORPHANS = new ArrayList<>();
  private static final List<Duration> CLOSED = new ArrayList<>();

  /** A tenant before the bad migration. */
  private record Tenant(String database, String oid, String members, Instant moment) {}

  @BeforeAll
  static void play() throws Exception {
    world =
        SandboxWorld.start(
            new SandboxWorld.Plan(
                Path.of("../runbooks"),
                Path.of("../manifest/estates"),
                text -> text.replace("status-ttl: 30s", "status-ttl: 1s"),
                new MedsuiteEstate.Size(12_000, 100),
                Limits.hurried(),
                0,
                Transport.HTTP));
    slack = world.slack().driver();
    temporary = Files.createDirectory(world.folder().resolve("tmp"));
    environment = new TreeMap<>(world.environment());
    environment.put("COUNTERSIGN_PORT", Integer.toString(freePort()));
    for (var slug : List.of(CLINIC, GLOBEX, ACME)) {
      TENANTS.put(slug, mangled(slug));
    }
    killedWhileItCopies();
    killedAtTheGateAndInTheSwap();
    killedInTheSwap(SWAP_POINTS.get(1));
    killedInTheSwap(SWAP_POINTS.get(2));
    measured("from the last start to the end of all runs", KilledBotTest::letFinish);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Tenant mangled(String slug) throws SQLException {
    var database = MedsuiteWorld.databaseOf(slug);
    var oid = oid(database);
    var members = members(database);
    return new Tenant(database, oid, members, Mangle.badMigration(world.medsuite(), slug).before());
  }

  /** One run is at the gate, one has just started its copy, one has its programs at work. */
  private static void killedWhileItCopies() throws IOException {
    started();
    ask(CLINIC);
    ask(GLOBEX);
    bot().stopAt(run(GLOBEX), "started copy/1");
    bot().awaitAt(run(GLOBEX));
    card(CLINIC);
    ask(ACME);
    var session = "cs/" + run(ACME) + "/copy/1";
    await("pg_restore at work for acme")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> seenAtWork(session));
    bot().kill();
    assertThat(dumps()).as("folders that the dead bot left").isNotEmpty();
  }

  /** What is seen is kept at once: a program that ends before the next look would be missed. */
  private static boolean seenAtWork(String session) {
    var atWork = bot().programs("pg_restore");
    if (atWork.isEmpty() || sessions(session) == 0) {
      return false;
    }
    ORPHANS.addAll(atWork);
    ORPHANS.addAll(bot().programs("pg_dump"));
    return true;
  }

  private static void killedAtTheGateAndInTheSwap() throws Exception {
    started();
    SWAP_POINTS.getFirst().forEach((slug, point) -> bot().stopAt(run(slug), point));
    approve(card(CLINIC));
    measured("from the start to the card of a run that was cut off", () -> card(ACME));
    approve(card(ACME));
    approve(card(GLOBEX));
    killedWhereTheyStop();
  }

  private static void killedInTheSwap(Map<String, String> points) throws Exception {
    started();
    points.forEach((slug, point) -> bot().stopAt(run(slug), point));
    measured(
        "from the start to the swap of the runs that were cut off",
        () -> {
          RUNS.values().forEach(it -> bot().awaitAt(it));
          return points;
        });
    killedWhereTheyStop();
  }

  /** Nobody repairs anything here: no bot runs while the applications try to connect. */
  private static void killedWhereTheyStop() {
    RUNS.values().forEach(it -> bot().awaitAt(it));
    bot().kill();
    long killed = System.nanoTime();
    for (var slug : TENANTS.keySet()) {
      await("the application of " + slug + " connects again")
          .atMost(Duration.ofSeconds(15))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> applicationConnects(slug));
      CLOSED.add(Duration.ofNanos(System.nanoTime() - killed));
    }
  }

  private static Object letFinish() {
    started();
    await("all runs end")
        .atMost(LONG)
        .until(() -> own("SELECT count(*) FROM countersign.run WHERE ending = 'DONE'").equals("3"));
    assertThat(
            slack.await(
                _ -> RUNS.keySet().stream().allMatch(it -> root(it).text().contains("is back")),
                LONG))
        .as("the messages say so")
        .isTrue();
    return RUNS;
  }

  private static void started() {
    measuredUnchecked(
        "start of the process", () -> running = BotProcess.start(environment, temporary));
    world
        .slack()
        .deliverTo(
            java.net.URI.create(
                "http://127.0.0.1:" + environment.get("COUNTERSIGN_PORT") + "/slack/events"));
  }

  private static void ask(String slug) {
    int seen = slack.ephemerals(Workspace.ALICE).size();
    slack.slash(
        Workspace.ALICE,
        Workspace.INCIDENT,
        "/tenant-restore",
        slug + " to " + TYPED.format(tenant(slug).moment()) + " because bad migration");
    assertThat(slack.await(it -> it.ephemerals(Workspace.ALICE).size() > seen, LONG)).isTrue();
    var plan = slack.ephemerals(Workspace.ALICE).getLast();
    slack.click(Workspace.ALICE, plan, "draft.start");
    var id = "SELECT id FROM countersign.run WHERE subject = 'medsuite/" + slug + "'";
    await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(() -> !own(id).startsWith("("));
    RUNS.put(slug, own(id));
  }

  private static Message card(String slug) {
    return slack
        .awaitMessage(
            Workspace.INCIDENT, it -> it.hasButton("gate.approve") && isOf(it, slug), LONG)
        .orElseThrow(() -> new AssertionError("no card for " + slug + ": " + bot().log()));
  }

  private static void approve(Message card) {
    assertThat(slack.click(Workspace.BOB, card, "gate.approve").isAcknowledged()).isTrue();
  }

  private static boolean isOf(Message message, String slug) {
    return message.metadata() != null && message.metadata().toString().contains(run(slug));
  }

  @AfterAll
  static void end() {
    Stream.of(Optional.ofNullable(running), Optional.ofNullable(world))
        .flatMap(Optional::stream)
        .forEach(KilledBotTest::close);
  }

  private static void close(AutoCloseable open) {
    try {
      open.close();
    } catch (Exception broken) {
      throw new IllegalStateException(broken);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {ACME, GLOBEX, CLINIC})
  void the_tenant_is_back_as_if_nothing_had_happened(String slug) {
    var tenant = tenant(slug);

    assertThat(members(tenant.database())).isEqualTo(tenant.members());
    assertThat(
            world.one("medsuite", "SELECT status FROM identity.tenant WHERE slug = '" + slug + "'"))
        .isEqualTo("active");
    assertThat(asApplication(slug, "SHOW default_transaction_read_only")).isEqualTo("off");
    assertThat(
            world.one(
                "medsuite",
                "SELECT count(*) FROM identity.tenant_audit a JOIN identity.tenant t ON t.id ="
                    + " a.tenant_id WHERE t.slug = '"
                    + slug
                    + "' AND a.action = 'TENANT_PITR_RESTORED'"))
        .isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {ACME, GLOBEX, CLINIC})
  void the_names_were_swapped_once(String slug) {
    var tenant = tenant(slug);
    var attempts =
        " FROM countersign.step_attempt WHERE run = '" + run(slug) + "' AND step = 'cutover'";

    assertThat(oid(tenant.database()))
        .isEqualTo(own("SELECT min(intent ->> 'restored.oid')" + attempts));
    assertThat(
            world.one(
                "postgres",
                "SELECT string_agg(oid::text, ',') FROM pg_database WHERE datname LIKE '"
                    + tenant.database()
                    + "\\_pre\\_pitr\\_%' AND NOT datallowconn"))
        .isEqualTo(tenant.oid());
    assertThat(own("SELECT count(*)" + attempts + " AND state = 'DONE'")).isEqualTo("1");
    assertThat(
            own(
                "SELECT count(*) FROM countersign.vote v JOIN countersign.gate g ON g.id ="
                    + " v.gate WHERE g.run = '"
                    + run(slug)
                    + "'"))
        .as("one approval was enough for all attempts")
        .isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {ACME, GLOBEX, CLINIC})
  void the_channel_holds_one_message_and_no_line_twice(String slug) {
    var replies =
        slack.replies(Workspace.INCIDENT, root(slug).ts()).stream()
            .map(it -> String.valueOf(it.metadata()))
            .toList();

    assertThat(slack.messages(Workspace.INCIDENT).stream())
        .filteredOn(it -> it.threadTs() == null && isOf(it, slug))
        .hasSize(1);
    assertThat(replies).hasSizeGreaterThan(5).doesNotHaveDuplicates();
  }

  @Test
  void nothing_is_left_of_the_dead_attempts() throws IOException {
    var expected = new TreeSet<>(List.of("postgres", "template0", "template1"));
    expected.addAll(List.of("medsuite", "countersign"));
    TENANTS.values().forEach(it -> expected.add(it.database()));
    var databases = new TreeSet<>(world.databases());
    databases.removeIf(it -> it.contains("_pre_pitr_"));

    assertThat(databases).isEqualTo(expected);
    assertThat(world.copies()).isEmpty();
    assertThat(ORPHANS).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    await("sessions of attempts").atMost(LONG).until(() -> sessions("cs/") == 0);
    assertThat(dumps()).isEmpty();
  }

  @Test
  void applications_connect_again_within_seconds_though_no_bot_runs() {
    System.out.println("applications could connect again after " + CLOSED);
    assertThat(CLOSED)
        .hasSize(9)
        .allSatisfy(it -> assertThat(it).isLessThan(Duration.ofSeconds(15)));
  }

  private static BotProcess bot() {
    return Optional.ofNullable(running).orElseThrow();
  }

  private static String run(String slug) {
    return Optional.ofNullable(RUNS.get(slug)).orElseThrow();
  }

  /** Folders with dumps and password files. */
  private static List<Path> dumps() throws IOException {
    try (var files = Files.walk(temporary, 2)) {
      return files.filter(it -> String.valueOf(it.getFileName()).startsWith("cs-")).toList();
    }
  }

  private static Tenant tenant(String slug) {
    return Optional.ofNullable(TENANTS.get(slug)).orElseThrow();
  }

  private static Message root(String slug) {
    return slack.messages(Workspace.INCIDENT).stream()
        .filter(it -> it.threadTs() == null && isOf(it, slug))
        .findFirst()
        .orElseThrow();
  }

  private static String own(String sql) {
    return world.one("countersign", sql);
  }

  private static String oid(String database) {
    return world.one("postgres", "SELECT oid FROM pg_database WHERE datname = '" + database + "'");
  }

  private static String members(String database) {
    return world.one(database, "SELECT count(*) FROM members.member");
  }

  private static int sessions(String begin) {
    return Integer.parseInt(
        world.one(
            "postgres",
            "SELECT count(*) FROM pg_stat_activity WHERE starts_with(application_name, '"
                + begin
                + "')"));
  }

  private static boolean applicationConnects(String slug) {
    try {
      return asApplication(slug, "SELECT 'here'").equals("here");
    } catch (IllegalStateException notYet) {
      return false;
    }
  }

  private static String asApplication(String slug, String sql) {
    var login = world.medsuite().tenantLogin(slug);
    var url =
        "jdbc:postgresql://%s:%d/%s?connectTimeout=1&loginTimeout=1&socketTimeout=1"
            .formatted(login.host(), login.port(), login.database());
    try (var connection =
            DriverManager.getConnection(url, login.user(), login.password().reveal());
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  private static void measured(String what, Callable<?> doing) throws Exception {
    long begun = System.nanoTime();
    doing.call();
    System.out.printf("%s: %d ms%n", what, Duration.ofNanos(System.nanoTime() - begun).toMillis());
  }

  private static void measuredUnchecked(String what, Runnable doing) {
    long begun = System.nanoTime();
    doing.run();
    System.out.printf("%s: %d ms%n", what, Duration.ofNanos(System.nanoTime() - begun).toMillis());
  }
}
