package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.countersign.sandbox.SandboxWorld;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.Typed;
import io.countersign.sandbox.postgres.Mangle;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.MedsuiteWorld;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.MadeOnce;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.core.ConditionTimeoutException;

/** Real databases, a stand-in Slack, bots as processes of their own, and what people do there. */
final class Bots implements AutoCloseable {
  static final String ACME = "acme";
  static final String GLOBEX = "globex";
  static final String CLINIC = "north-clinic";
  static final List<String> SLUGS = List.of(CLINIC, GLOBEX, ACME);
  static final Duration LONG = Duration.ofMinutes(3);

  private final SandboxWorld world;
  private final SlackDriver slack;
  private final Path temporary;
  private final Duration heartbeat;
  private final List<BotProcess> started = new ArrayList<>();
  private final Map<String, Tenant> tenants = new TreeMap<>();
  private final Map<String, String> runs = new TreeMap<>();

  /** A tenant while all was well. */
  record Tenant(String database, String oid, String members, Instant moment) {}

  /**
   * @param heartbeat of every bot; four missed ones and the others take over
   */
  Bots(Duration heartbeat) {
    this(heartbeat, Path.of("../runbooks"), Path.of("../manifest/estates"));
  }

  /**
   * @param runbooks the folder of runbooks
   * @param estates the folder of the estate's files
   */
  Bots(Duration heartbeat, Path runbooks, Path estates) {
    this.heartbeat = heartbeat;
    world =
        SandboxWorld.start(
            new SandboxWorld.Plan(
                runbooks,
                estates,
                it -> it.replaceAll("(?m)^(status-ttl|metadata-ttl): \\S+", "$1: 1s"),
                MedsuiteEstate.Size.SMALL,
                Limits.hurried(),
                0,
                Transport.HTTP,
                Clock.systemUTC()),
            MadeOnce::in);
    slack = world.slack().driver();
    try {
      temporary = Files.createDirectory(world.folder().resolve("tmp"));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  SandboxWorld world() {
    return world;
  }

  SlackDriver slack() {
    return slack;
  }

  // The processes

  /** Starts a bot; Slack's requests go to it from now on. */
  BotProcess start() {
    long begun = System.nanoTime();
    var bot = begin();
    bot.awaitReady();
    System.out.printf("start of the process: %d ms%n", since(begun).toMillis());
    deliverTo(bot);
    return bot;
  }

  /** Starts a bot without waiting for it. */
  BotProcess begin() {
    var bot = BotProcess.begin(world.environment(), temporary, heartbeat);
    started.add(bot);
    return bot;
  }

  void deliverTo(BotProcess bot) {
    world.slack().deliverTo(bot.address());
  }

  BotProcess newest() {
    return started.getLast();
  }

  void awaitStandsAtNext(BotProcess bot) {
    await("a run at the point").atMost(LONG).until(bot::standsAtNext);
  }

  /** How many runs a process holds, as the others see it. */
  int held(String process) {
    return Integer.parseInt(
        own(
            "SELECT count(*) FROM countersign.scheduled_tasks WHERE picked AND picked_by = '"
                + process
                + "'"));
  }

  void awaitNothingHeld() {
    await("nobody works")
        .atMost(LONG)
        .until(
            () -> own("SELECT count(*) FROM countersign.scheduled_tasks WHERE picked").equals("0"));
  }

  /**
   * Waits until a process that is gone holds nothing any more.
   *
   * @return how long that took
   */
  Duration awaitTakenOver(String process, Duration atMost) {
    long begun = System.nanoTime();
    await(process + " is taken over")
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> held(process) == 0);
    return since(begun);
  }

  static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  // What people do

  /** Remembers tenants as they are, then a bad migration mangles them. */
  void mangle(List<String> slugs) {
    for (var slug : slugs) {
      var database = MedsuiteWorld.databaseOf(slug);
      try {
        var oid = oid(database);
        var members = members(database);
        var moment = Mangle.badMigration(world.medsuite(), slug).before();
        tenants.put(slug, new Tenant(database, oid, members, moment));
      } catch (SQLException broken) {
        throw new IllegalStateException(broken);
      }
    }
  }

  /** Gives a tenant so many rows that its copy takes a while. */
  void fatten(String slug) {
    var database = MedsuiteWorld.databaseOf(slug);
    world.execute(
        database,
        """
        SET ROLE %s_owner;
        CREATE TABLE members.visit AS
        SELECT id, md5(id::text) AS said FROM generate_series(1, 300000) AS id;
        ALTER TABLE members.visit ADD PRIMARY KEY (id)\
        """
            .formatted(database));
  }

  /** Alice has a tenant restored to its moment. */
  String ask(String slug) {
    return ask(slug, "/tenant-restore", command(slug));
  }

  /** Alice types a command, is shown a plan, and starts it. */
  String ask(String slug, String command, String text) {
    var before = slack.ephemerals(Workspace.ALICE).stream().map(Message::ts).toList();
    slack.slash(Workspace.ALICE, Workspace.INCIDENT, command, text + " because bad migration");
    var plan =
        slack
            .awaitEphemeral(
                Workspace.ALICE,
                it -> it.hasButton("draft.start") && !before.contains(it.ts()),
                LONG)
            .orElseThrow(() -> new AssertionError("no plan for " + slug + ": " + logs()));
    slack.click(Workspace.ALICE, plan, "draft.start");
    var id =
        "SELECT id FROM countersign.run WHERE subject = 'medsuite/" + slug + "' AND ending IS NULL";
    await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(() -> !own(id).startsWith("("));
    runs.put(slug, own(id));
    return run(slug);
  }

  /** What is typed to have a tenant restored to its moment. */
  String command(String slug) {
    return command(slug, tenant(slug).moment());
  }

  static String command(String slug, Instant moment) {
    return slug + " to " + Typed.time(moment, Instant.now());
  }

  Message card(String slug) {
    return slack
        .awaitMessage(
            Workspace.INCIDENT, it -> it.hasButton("gate.approve") && isOf(it, slug), LONG)
        .orElseThrow(() -> new AssertionError("no card for " + slug + ": " + logs()));
  }

  /** A click that meets a slow bot shows a warning sign, and people click again. */
  void approve(Message card) {
    await()
        .atMost(LONG)
        .until(
            () ->
                slack.refresh(card).filter(it -> it.hasButton("gate.approve")).isEmpty()
                    || slack.click(Workspace.BOB, card, "gate.approve").isAcknowledged());
  }

  void awaitAllDone() {
    awaitAllEnded();
    assertThat(
            slack.await(
                _ -> runs.keySet().stream().allMatch(it -> root(it).text().contains("is back")),
                LONG))
        .as("the messages say so")
        .isTrue();
  }

  /** Waits until the journal says that every run has done what it was asked for. */
  void awaitAllEnded() {
    var going = "SELECT count(*) FROM countersign.run WHERE ending IS DISTINCT FROM 'DONE'";
    try {
      await("all runs end").atMost(LONG).until(() -> own(going).equals("0"));
    } catch (ConditionTimeoutException late) {
      throw new AssertionError("runs do not end: " + logs(), late);
    }
  }

  String logs() {
    return String.join("\n\n", started.stream().map(BotProcess::log).toList());
  }

  // What came of it

  Tenant tenant(String slug) {
    return Optional.ofNullable(tenants.get(slug)).orElseThrow();
  }

  String run(String slug) {
    return Optional.ofNullable(runs.get(slug)).orElseThrow();
  }

  boolean isOf(Message message, String slug) {
    return message.metadata() != null && message.metadata().toString().contains(run(slug));
  }

  Message root(String slug) {
    return slack.messages(Workspace.INCIDENT).stream()
        .filter(it -> it.threadTs() == null && isOf(it, slug))
        .findFirst()
        .orElseThrow();
  }

  /** One value from the bots' own database. */
  String own(String sql) {
    return world.one("countersign", sql);
  }

  String oid(String database) {
    return world.one("postgres", "SELECT oid FROM pg_database WHERE datname = '" + database + "'");
  }

  String members(String database) {
    return world.one(database, "SELECT count(*) FROM members.member");
  }

  /** Sessions on the live server whose names begin so. */
  int sessions(String begin) {
    return Integer.parseInt(
        world.one(
            "postgres",
            "SELECT count(*) FROM pg_stat_activity WHERE starts_with(application_name, '"
                + begin
                + "')"));
  }

  /** Folders with dumps and password files. */
  List<Path> dumps() {
    try (var files = Files.walk(temporary, 2)) {
      return files.filter(it -> String.valueOf(it.getFileName()).startsWith("cs-")).toList();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  String status(String slug) {
    return world.one("medsuite", "SELECT status FROM identity.tenant WHERE slug = '" + slug + "'");
  }

  /** How often the product was told that a tenant was restored. */
  String audited(String slug) {
    return audited(slug, "TENANT_PITR_RESTORED");
  }

  String audited(String slug, String event) {
    return world.one(
        "medsuite",
        """
        SELECT count(*) FROM identity.tenant_audit a JOIN identity.tenant t ON t.id = a.tenant_id
         WHERE t.slug = '%s' AND a.action = '%s'\
        """
            .formatted(slug, event));
  }

  /** OIDs of a tenant's closed former databases. */
  String kept(String slug) {
    return world.one(
        "postgres",
        """
        SELECT string_agg(oid::text, ',') FROM pg_database
         WHERE datname LIKE '%s\\_pre\\_pitr\\_%%' AND NOT datallowconn\
        """
            .formatted(MedsuiteWorld.databaseOf(slug)));
  }

  /** Beside the live database there is what the last swap kept, and nothing half-made. */
  void requireNoneBesideKept(String slug) {
    var live = MedsuiteWorld.databaseOf(slug);
    assertThat(world.databases())
        .filteredOn(it -> it.startsWith(live + "_"))
        .allMatch(it -> it.startsWith(live + "_pre_pitr_"));
  }

  /** Somebody drops all databases beside the live one by hand. */
  void dropBeside(String slug) {
    var prefix = MedsuiteWorld.databaseOf(slug) + "_";
    world.databases().stream()
        .filter(it -> it.startsWith(prefix))
        .forEach(it -> world.execute("postgres", "DROP DATABASE " + it));
  }

  boolean applicationConnects(String slug) {
    try {
      return asApplication(slug, "SELECT 'here'").equals("here");
    } catch (IllegalStateException notYet) {
      return false;
    }
  }

  String asApplication(String slug, String sql) {
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

  // What must hold

  void requireBack(String slug) {
    var tenant = tenant(slug);
    assertThat(members(tenant.database())).isEqualTo(tenant.members());
    assertThat(status(slug)).isEqualTo("active");
    assertThat(asApplication(slug, "SHOW default_transaction_read_only")).isEqualTo("off");
    assertThat(audited(slug)).as("audit rows").isEqualTo("1");
  }

  void requireSwappedOnce(String slug) {
    var tenant = tenant(slug);
    var attempts =
        " FROM countersign.step_attempt WHERE run = '" + run(slug) + "' AND step = 'cutover'";
    assertThat(oid(tenant.database()))
        .isEqualTo(own("SELECT min(intent ->> 'restored.oid')" + attempts));
    assertThat(kept(slug)).as("what was kept").isEqualTo(tenant.oid());
    assertThat(own("SELECT count(*)" + attempts + " AND state = 'DONE'")).isEqualTo("1");
    assertThat(
            own(
                "SELECT count(*) FROM countersign.vote v JOIN countersign.gate g ON g.id = v.gate"
                    + " WHERE g.run = '"
                    + run(slug)
                    + "'"))
        .as("one approval was enough for all attempts")
        .isEqualTo("1");
  }

  void requireToldOnce(String slug) {
    var replies =
        slack.replies(Workspace.INCIDENT, root(slug).ts()).stream().map(this::known).toList();
    assertThat(slack.messages(Workspace.INCIDENT).stream())
        .filteredOn(it -> it.threadTs() == null && isOf(it, slug))
        .hasSize(1);
    assertThat(replies).hasSizeGreaterThan(5).doesNotHaveDuplicates();
  }

  /** What a message says it is; one that carries files is known by their names. */
  String known(Message message) {
    return message.files().isEmpty()
        ? String.valueOf(message.metadata())
        : slack.files().stream()
            .filter(it -> message.files().contains(it.id()) || message.files().contains(it.name()))
            .map(it -> it.name())
            .sorted()
            .toList()
            .toString();
  }

  /** No half-made database, no copy of the server, no session, no dump. */
  void requireNothingLeft() {
    var expected = new TreeSet<>(List.of("postgres", "template0", "template1"));
    expected.addAll(List.of("medsuite", "countersign"));
    SLUGS.forEach(it -> expected.add(MedsuiteWorld.databaseOf(it)));
    var databases = new TreeSet<>(world.databases());
    databases.removeIf(it -> it.contains("_pre_pitr_"));
    assertThat(databases).isEqualTo(expected);
    assertThat(world.copies()).isEmpty();
    assertThat(copiesAtWork()).isEmpty();
    await("sessions of attempts").atMost(LONG).until(() -> sessions("cs/") == 0);
    assertThat(dumps()).isEmpty();
  }

  /** Processes that have to do with a copy of the server: their command lines name its folder. */
  List<String> copiesAtWork() {
    var folder = world.folder().resolve("copies").toString();
    return ProcessHandle.allProcesses()
        .flatMap(it -> it.info().commandLine().stream())
        .filter(it -> it.contains(folder))
        .toList();
  }

  @Override
  public void close() {
    started.forEach(BotProcess::close);
    world.close();
  }
}
