package io.countersign.sandbox;

import io.countersign.sandbox.postgres.Mangle;
import io.countersign.sandbox.postgres.TenantFingerprint;
import io.countersign.sandbox.postgres.Traffic;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.Workspace;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The story of a bad night, played by Alice and Bob on real databases, with everything checked. */
final class Demo {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration STATUS_TTL = Duration.ofSeconds(30);

  private final SandboxWorld world;
  private final Fault fault;
  private final Consumer<String> skip;
  private final SlackDriver slack;
  private final InstantSource clock;
  private final Transcript transcript;
  private final Scene scene;

  /**
   * @param skip moves the bot's clock ahead by an interval as PostgreSQL writes it
   * @param clock of the transcript
   */
  Demo(SandboxWorld world, Fault fault, Consumer<String> skip, InstantSource clock) {
    this.world = world;
    this.fault = fault;
    this.skip = skip;
    this.slack = world.slack().driver();
    this.clock = clock;
    this.transcript = new Transcript(clock);
    this.scene = new Scene(world, transcript);
  }

  /** What goes wrong on purpose, to show that the demo's checks can fail. */
  enum Fault {
    NONE("true"),
    PARITY_DIFFERS("parity-differs"),
    APPROVER_NOT_ADMIN("approver-not-admin");

    private final String word;

    Fault(String word) {
      this.word = word;
    }

    /**
     * @throws IllegalArgumentException with the words there are
     */
    static Fault of(String word) {
      return Arrays.stream(values())
          .filter(it -> it.word.equals(word))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "There is no demo called "
                          + word
                          + ". There are: "
                          + Arrays.stream(values())
                              .map(it -> it.word)
                              .collect(Collectors.joining(", "))));
    }
  }

  /** What the databases looked like before anything happened. */
  private record Before(
      TenantFingerprint acme, TenantFingerprint globex, TenantFingerprint clinic) {}

  int play() {
    try (var traffic = Traffic.start(world.medsuite(), "acme", 6, STATUS_TTL)) {
      transcript.title("Before: acme's application is at work, globex and north-clinic are quiet");
      var before =
          new Before(look("tenant_acme"), look("tenant_globex"), look("tenant_north_clinic"));
      transcript.title("A bad migration mangles acme");
      var moments = Mangle.badMigration(world.medsuite(), "acme");
      transcript.person(
          "(migration)", moments.deletedMembers() + " members deleted, addresses blanked");
      // somebody has to notice first; a server's very last moments cannot be asked for
      world.execute("postgres", "SELECT pg_sleep(3)");
      played(moments, before, traffic);
    } catch (SQLException broken) {
      transcript.check("the databases can be asked", false, broken.getSQLState());
    }
    return transcript.end();
  }

  private void played(Mangle.Moments moments, Before before, Traffic traffic) throws SQLException {
    var target = moments.before().truncatedTo(ChronoUnit.SECONDS);
    var root = started(target);
    if (root.isEmpty()) {
      return;
    }
    var card = card(root.get());
    if (card.isEmpty()) {
      scene.tellThread(root.get());
      return;
    }
    refusals(card.get());
    var approved = approve(card.get());
    if (approved) {
      finished(root.get(), before, moments, traffic);
      scene.tellThread(root.get());
      afterwards(target);
    } else {
      transcript.check(
          "a second PLATFORM_ADMIN countersigned", false, "nobody did; the card still waits");
      transcript.check(
          "nothing was swapped",
          world.databases().stream().noneMatch(it -> it.contains("_pre_pitr_")),
          world.databases());
      scene.tellThread(root.get());
    }
  }

  /** Another tenant is restored by mistake and rolled back; then a week passes. */
  private void afterwards(Instant moment) {
    new TheWayBack(world, scene, transcript, clock).play(moment);
    var globex =
        world.one("postgres", "SELECT oid FROM pg_database WHERE datname = 'tenant_globex'");
    var later = new SevenDaysLater(world, scene, transcript, skip);
    later.pass();
    later.dropped("acme", "pre_pitr");
    later.kept("globex", "rolled_back", globex);
  }

  /** Alice types, reads the plan, starts it. */
  private Optional<Message> started(Instant target) {
    transcript.title("Alice asks for a restore");
    var typed = "acme to " + Typed.time(target, clock.instant()) + " because bad migration 812";
    var root = scene.start("/tenant-restore", typed);
    return root;
  }

  /** The bot works until it has to ask. */
  private Optional<Message> card(Message root) {
    transcript.title("The bot works, and then it asks");
    var saboteur =
        fault == Fault.PARITY_DIFFERS
            ? Optional.of(Saboteur.start(world))
            : Optional.<Saboteur>empty();
    var found = scene.await(it -> it.hasButton("gate.approve") || scene.ended(root));
    saboteur.ifPresent(Saboteur::close);
    var card = found.filter(it -> it.hasButton("gate.approve"));
    transcript.check(
        "the restored copy equals its source, and the card asks for a second person",
        card.isPresent(),
        "the run stopped: " + scene.headline(root));
    card.ifPresent(it -> transcript.bot(scene.read(Workspace.BOB, it)));
    return card;
  }

  /** Neither the requester, nor a member without the role, nor a guest can approve. */
  private void refusals(Message card) {
    transcript.title("Not everybody may countersign");
    scene.refused("Alice", Workspace.ALICE, card, "gate.approve");
    scene.refused("Carol", Workspace.CAROL, card, "gate.approve");
    scene.refused("Gus", Workspace.GUS, card, "gate.approve");
    transcript.check("the gate is still open", scene.now(card).hasButton("gate.approve"), "closed");
  }

  private boolean approve(Message card) {
    transcript.title("A second PLATFORM_ADMIN countersigns");
    var notAdmin = fault == Fault.APPROVER_NOT_ADMIN;
    var person = notAdmin ? Workspace.CAROL : Workspace.BOB;
    var name = notAdmin ? "Carol" : "Bob";
    transcript.person(name, "[Approve the swap], from a phone");
    slack.click(person, card, "gate.approve");
    return slack.await(it -> !scene.now(card).hasButton("gate.approve"), SOON);
  }

  private void finished(Message root, Before before, Mangle.Moments moments, Traffic traffic)
      throws SQLException {
    slack.await(_ -> scene.ended(root), LONG);
    transcript.bot(scene.read(Workspace.BOB, scene.refreshed(root)));
    transcript.title("After");
    var kept = world.databases().stream().filter(it -> it.contains("_pre_pitr_")).findFirst();
    transcript.check(
        "the run is done", scene.headline(root).contains("acme is back"), scene.headline(root));
    transcript.check("the old database is kept", kept.isPresent(), world.databases());
    transcript.check("the copy of the server is gone", world.copies().isEmpty(), world.copies());
    transcript.check("acme is active again", status().equals("active"), status());
    transcript.check(
        "the deleted members are back, among them the one we know",
        canary("tenant_acme").equals("1"),
        canary("tenant_acme"));
    kept.ifPresent(
        it ->
            transcript.check(
                "the kept database is the mangled one",
                keptCanary(it).equals("0"),
                keptCanary(it)));
    transcript.check(
        "owners, grants, settings and row security equal the original's",
        TenantFingerprint.differences(before.acme().catalogue(), look("tenant_acme").catalogue())
            .isEmpty(),
        TenantFingerprint.differences(before.acme().catalogue(), look("tenant_acme").catalogue()));
    transcript.check(
        "globex is untouched",
        TenantFingerprint.differences(before.globex(), look("tenant_globex")).isEmpty(),
        "it changed");
    transcript.check(
        "north-clinic is untouched",
        TenantFingerprint.differences(before.clinic(), look("tenant_north_clinic")).isEmpty(),
        "it changed");
    transcript.check("the product's audit table says so", audit().equals("1"), audit());
    transcript.check("acme's application writes again", writesAgain(traffic), traffic.writes());
    System.out.printf(
        "%6s  %-12s longest time in which none of acme's clients got anything done (after the"
            + " freeze they go on trying to write for as long as they cache the status): %d ms%n",
        "", "measured", traffic.longestOutageMillis());
    transcript.check(
        "claims written after the moment are not in it",
        claimsAfter("tenant_acme", moments).equals("0"),
        claimsAfter("tenant_acme", moments));
  }

  /** The application may go on with the status that it has cached; after that it must write. */
  private boolean writesAgain(Traffic traffic) {
    long before = traffic.writes();
    for (int looks = 0; looks < 4 * STATUS_TTL.toSeconds(); looks++) {
      if (traffic.writes() > before) {
        return true;
      }
      world.execute("postgres", "SELECT pg_sleep(0.5)");
    }
    return false;
  }

  /** Claims between the bad migration and its end; the application went on writing in that time. */
  private String claimsAfter(String database, Mangle.Moments moments) {
    return world.one(
        database,
        "SELECT count(*) FROM members.claim WHERE submitted_at BETWEEN '%s' AND '%s'"
            .formatted(moments.before(), moments.after()));
  }

  private String canary(String database) {
    return world.one(
        database,
        "SELECT count(*) FROM members.member WHERE display_name LIKE '%CANARY-ROW-7f3a%'");
  }

  /**
   * A kept database is closed even to its administrator; the demo looks by opening and closing it.
   */
  private String keptCanary(String kept) {
    world.execute("postgres", "ALTER DATABASE \"" + kept + "\" ALLOW_CONNECTIONS true");
    try {
      return canary(kept);
    } finally {
      world.execute("postgres", "ALTER DATABASE \"" + kept + "\" ALLOW_CONNECTIONS false");
    }
  }

  private String status() {
    return world.one("medsuite", "SELECT status FROM identity.tenant WHERE slug = 'acme'");
  }

  private String audit() {
    return world.one(
        "medsuite",
        "SELECT count(*) FROM identity.tenant_audit WHERE action = 'TENANT_PITR_RESTORED'");
  }

  private TenantFingerprint look(String database) throws SQLException {
    return TenantFingerprint.of(world.medsuite().live(), database);
  }
}
