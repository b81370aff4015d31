package io.countersign.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.run.CrashPoint;
import io.countersign.sandbox.Furnishing;
import io.countersign.sandbox.SandboxWorld;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.MedsuiteWorld;
import io.countersign.sandbox.postgres.TenantFingerprint;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.server.Bot;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.slf4j.MDC;

/**
 * The whole bot in this JVM between real databases and a stand-in Slack, and what people do on it.
 * Closing it looks for canaries in all that was shown, logged or kept, and at tenants' statuses.
 */
public final class Stage implements AutoCloseable {
  public static final String CHANNEL = Workspace.INCIDENT;
  public static final String COMMAND = "/tenant-restore";
  public static final String APPROVE = "gate.approve";
  public static final String DENY = "gate.deny";
  public static final String START = "draft.start";
  public static final String RETRY = "run.retry";

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Pattern STARTED = Pattern.compile("Run ([0-9a-z]{8}) is started");

  private final SandboxWorld world;
  private final Bot bot;
  private final SlackDriver slack;
  private final Points points;
  private final Canaries canaries;
  private final Instant well;
  private final SameStatus sameStatus;

  private Stage(SandboxWorld world, Bot bot, Points points, Canaries canaries) {
    this.world = world;
    this.bot = bot;
    this.slack = world.slack().driver();
    this.points = points;
    this.canaries = canaries;
    this.well = moment();
    letEdits();
    this.sameStatus = SameStatus.opened(world);
  }

  /** This Slack limits nothing, so that no story waits for the edits of the minute before. */
  private void letEdits() {
    world.execute(
        world.medsuite().journalLogin().database(),
        """
        CREATE FUNCTION public.given_back() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.taken_at := 'epoch'; RETURN NEW; END $$;
        CREATE TRIGGER given_back BEFORE UPDATE ON countersign.edit_slot
        FOR EACH ROW EXECUTE FUNCTION public.given_back();
        """);
  }

  /**
   * A run that was started.
   *
   * @param slug its tenant
   * @param root its message as it stood at first
   */
  public record Run(String id, String slug, Message root) {}

  /** By {@code -Dtransport}, or over HTTP. */
  public static Stage open() {
    return open(Transport.named(System.getProperty("transport", "")));
  }

  /** Starts the servers, Slack and the bot; every cache lives one second. */
  public static Stage open(Transport transport) {
    return open(transport, Path.of("../manifest/estates"));
  }

  /**
   * The same with estates of one's own.
   *
   * @param estates a folder
   */
  public static Stage open(Transport transport, Path estates) {
    var canaries = Canaries.listening();
    var world =
        SandboxWorld.start(
            new SandboxWorld.Plan(
                Path.of("../runbooks"),
                estates,
                it -> it.replaceAll("(?m)^(status-ttl|metadata-ttl): \\S+", "$1: 1s"),
                MedsuiteEstate.Size.SMALL,
                Limits.hurried(),
                0,
                transport,
                Clock.systemUTC()),
            MadeOnce::in);
    var points = new Points();
    try {
      var bot =
          Bot.start(
              world.environment(),
              new Bot.Watch(
                  where -> {
                    canaries.reached(where);
                    points.reached(where);
                  },
                  _ -> {}));
      world.deliverTo(bot.address());
      Furnishing.put(world, bot);
      return new Stage(world, bot, points, canaries);
    } catch (Bot.CannotStart refused) {
      world.close();
      throw new IllegalStateException(refused);
    }
  }

  public SandboxWorld world() {
    return world;
  }

  /** Where the bot would take requests over HTTP. */
  public URI address() {
    return bot.address();
  }

  public SlackDriver slack() {
    return slack;
  }

  public Canaries canaries() {
    return canaries;
  }

  /** A whole second at which all was well, within the window, with nothing else in it. */
  public Instant well() {
    return well;
  }

  // What people do

  /** Types the command and answers what the person was shown for it. */
  public Message ask(String person, String text) {
    return ask(person, CHANNEL, text);
  }

  public Message ask(String person, String channel, String text) {
    return answered(person, () -> slack.slash(person, channel, COMMAND, text));
  }

  /** Alice has a tenant restored to {@link #well()}. */
  public Run start(String slug) {
    return start(slug, well);
  }

  public Run start(String slug, Instant to) {
    return press(ask(Workspace.ALICE, slug + " to " + to + " because bad migration 812"), slug);
  }

  /** Alice has a tenant rolled back to what the last swap kept. */
  public Run rollBack(String slug) {
    return press(command(Workspace.ALICE, "/tenant-rollback", slug + " because wrong call"), slug);
  }

  /** Types any command and answers what the person was shown for it. */
  public Message command(String person, String command, String text) {
    return answered(person, () -> slack.slash(person, CHANNEL, command, text));
  }

  /** The newest run whose message says this; one that the schedule started. */
  public Run awaitScheduled(String slug, String words) {
    var root =
        slack
            .awaitMessage(
                CHANNEL,
                it -> isRoot(it) && !hasEnded(slug, it.text()) && it.text().contains(words),
                LONG)
            .orElseThrow(() -> new AssertionError("no message says " + words));
    var id = Pattern.compile("run ([0-9a-z]{8})").matcher(root.rendered());
    var last = "";
    while (id.find()) {
      last = id.group(1);
    }
    return new Run(last, slug, root);
  }

  /** Types a name into the form behind a card's button, and answers what the person was told. */
  public String type(String person, Message card, String word) {
    return answered(
            person,
            () -> {
              slack.click(person, card, "gate.type");
              assertThat(slack.awaitView(person, it -> it.callbackId().equals("gate.type"), SOON))
                  .isPresent();
              assertThat(slack.submit(person, Map.of("typed", Map.of("typed", word))).isAccepted())
                  .isTrue();
            })
        .rendered();
  }

  /** Alice presses Start under a plan. */
  public Run press(Message plan, String slug) {
    assertThat(plan.hasButton(START)).as(plan.rendered()).isTrue();
    var told = click(Workspace.ALICE, plan, START);
    var id = STARTED.matcher(told);
    assertThat(id.find()).as(told).isTrue();
    var run = id.group(1);
    return new Run(run, slug, root(run));
  }

  private Message root(String run) {
    return slack
        .awaitMessage(CHANNEL, it -> isRoot(it) && it.rendered().contains("run " + run), SOON)
        .orElseThrow(() -> new AssertionError("no message of run " + run));
  }

  private static boolean isRoot(Message message) {
    return !message.isEphemeral() && message.threadTs() == null;
  }

  /** Presses a button and answers what the person alone was told. */
  public String click(String person, Message message, String action) {
    return answered(person, () -> slack.click(person, message, action)).rendered();
  }

  /** Writes into a run's thread and answers what the person alone was told. */
  public String say(String person, Run run, String text) {
    return answered(person, () -> slack.say(person, CHANNEL, run.root().ts(), text)).rendered();
  }

  /** The private answer to what a person does: there, or as a direct message. */
  public Message answered(String person, Runnable act) {
    int seen = told(person).size();
    act.run();
    assertThat(slack.await(_ -> told(person).size() > seen, SOON))
        .as("%s got a private answer", person)
        .isTrue();
    return told(person).getLast();
  }

  /** All answers that this person alone got, oldest first; calls to a gate answer nothing. */
  public List<Message> told(String person) {
    return Stream.concat(slack.ephemerals(person).stream(), slack.directMessages(person).stream())
        .filter(it -> !it.rendered().contains("Open the card"))
        .sorted(java.util.Comparator.comparing(Message::ts))
        .toList();
  }

  // What comes of it

  /** The card with which the run asks for a second person. */
  public Message awaitCard(Run run) {
    slack.await(_ -> card(run).isPresent() || hasEnded(run), LONG);
    return card(run).orElseThrow(() -> new AssertionError("no card:\n" + thread(run)));
  }

  public Optional<Message> card(Run run) {
    return replies(run).stream()
        .filter(it -> it.hasButton(APPROVE) || it.hasButton("gate.type"))
        .findFirst();
  }

  /** Waits until the run has ended or needs a person, and answers its headline. */
  public String awaitEnded(Run run) {
    assertThat(slack.await(_ -> hasEnded(run), LONG)).as(thread(run)).isTrue();
    return headline(run);
  }

  /** Waits for a headline, and answers it. */
  public String awaitHeadline(Run run, String beginning) {
    assertThat(slack.await(_ -> headline(run).startsWith(beginning), LONG))
        .as("%s, then\n%s", headline(run), thread(run))
        .isTrue();
    return headline(run);
  }

  private boolean hasEnded(Run run) {
    return hasEnded(run.slug(), headline(run));
  }

  private static boolean hasEnded(String slug, String words) {
    return words.matches("(?s).* was (dropped|removed) for ever.*")
        || Stream.of(slug + " is back", slug + " is rolled back", "Not done", "Needs you")
            .anyMatch(words::startsWith);
  }

  public String headline(Run run) {
    return slack.refresh(run.root()).orElse(run.root()).text();
  }

  public Message rootOf(Run run) {
    return slack.refresh(run.root()).orElseThrow();
  }

  /** The run's message and its thread, as people read them. */
  public String thread(Run run) {
    return String.join("\n", lines(run));
  }

  /** Lines follow the headline, one by one. */
  public void awaitTold(Run run, String... words) {
    for (var word : words) {
      await("the thread says " + word, () -> thread(run).contains(word));
    }
  }

  public List<String> lines(Run run) {
    return slack.replies(CHANNEL, run.root().ts()).stream().map(Message::rendered).toList();
  }

  private List<Message> replies(Run run) {
    return slack.replies(CHANNEL, run.root().ts());
  }

  /** Waits for anything that is not in Slack. */
  public static void await(String what, BooleanSupplier holds) {
    Awaitility.await(what)
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(50))
        .until(holds::getAsBoolean);
  }

  // The world

  public String status(String slug) {
    return world.one(
        "medsuite", "SELECT status FROM identity.tenant WHERE slug = '%s'".formatted(slug));
  }

  public Set<String> databases() {
    return world.databases();
  }

  /** Databases whose names begin with the tenant's and go on. */
  public Set<String> besides(String slug) {
    var live = MedsuiteWorld.databaseOf(slug);
    return databases().stream()
        .filter(it -> it.startsWith(live + "_"))
        .collect(java.util.stream.Collectors.toSet());
  }

  public Set<String> copies() {
    return world.copies();
  }

  /** The OID of the database under the tenant's live name. */
  public String oid(String slug) {
    return world.one(
        "postgres",
        "SELECT oid FROM pg_database WHERE datname = '%s'"
            .formatted(MedsuiteWorld.databaseOf(slug)));
  }

  /** The live database's own settings, such as the read-only preset. */
  public String settings(String slug) {
    return world.one(
        "postgres",
        """
        SELECT coalesce(string_agg(array_to_string(setconfig, ','), ','), '')
          FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
         WHERE d.datname = '%s' AND s.setrole = 0\
        """
            .formatted(MedsuiteWorld.databaseOf(slug)));
  }

  public TenantFingerprint fingerprint(String slug) {
    try {
      return TenantFingerprint.of(world.medsuite().live(), MedsuiteWorld.databaseOf(slug));
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /** The kinds of the run's events in their order. */
  public List<String> events(Run run) {
    return List.of(
        journal(
                "SELECT string_agg(kind, ',' ORDER BY seq) FROM countersign.run_event WHERE run = '%s'"
                    .formatted(run.id()))
            .split(",", -1));
  }

  /** One value from the bot's own database. */
  public String journal(String sql) {
    return world.one(world.medsuite().journalLogin().database(), sql);
  }

  /** Moves the bot's clock ahead. */
  public void skip(String interval) {
    world.skip(interval);
    bot.timeHasJumped();
  }

  /** Such a second from now on; takes two. */
  public Instant moment() {
    world.execute("postgres", "SELECT pg_sleep(1.1)");
    var second =
        world.one(
            "postgres",
            """
            SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
              FROM pg_sleep(0)\
            """);
    world.execute("postgres", "SELECT pg_sleep(1.1)");
    return Instant.parse(second);
  }

  // Exact points

  /**
   * Something that is done once, at the moment a point of the engine is reached, by the engine's
   * own thread.
   */
  public void at(String point, Runnable act) {
    points.once.put(point, act);
  }

  /** As {@link #at(String, Runnable)}, at that point of one run; others pass it. */
  public void at(String point, Run run, Runnable act) {
    points.once.put(point + " of " + run.id(), act);
  }

  /** Stops every run that comes to a point, until it is released. */
  public Hold hold(String point) {
    var hold = new Hold(point);
    points.holds.add(hold);
    return hold;
  }

  private static final class Points implements CrashPoint {
    private final Map<String, Runnable> once = new ConcurrentHashMap<>();
    private final List<Hold> holds = new CopyOnWriteArrayList<>();

    @Override
    public void reached(String where) {
      Optional.ofNullable(once.remove(where)).ifPresent(Runnable::run);
      Optional.ofNullable(once.remove(where + " of " + MDC.get("run"))).ifPresent(Runnable::run);
      holds.stream().filter(it -> it.isAt(where)).forEach(Hold::hold);
    }
  }

  @Override
  public void close() {
    points.holds.forEach(Hold::close);
    try {
      sameStatus.require();
      canaries.requireNoneOutside(this);
    } finally {
      canaries.close();
      bot.close();
      world.close();
    }
  }
}
