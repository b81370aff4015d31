package io.countersign.slack;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;
import static io.countersign.support.Samples.SERVER;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.audit.AuditBook;
import io.countersign.audit.Bundle;
import io.countersign.audit.Reads;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.Estate;
import io.countersign.estate.Policies;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.Tenant;
import io.countersign.estate.TenantRef;
import io.countersign.gate.Gates;
import io.countersign.gate.Roster;
import io.countersign.run.Drafts;
import io.countersign.run.EstateParts;
import io.countersign.run.FrontDesk;
import io.countersign.run.Notices;
import io.countersign.run.RunSpec;
import io.countersign.run.Schedules;
import io.countersign.run.TenantIndex;
import io.countersign.runbook.Runbook;
import io.countersign.support.MemoryBackups;
import io.countersign.support.SampleEstate;
import io.countersign.support.Samples;
import io.countersign.thread.Posts;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/**
 * The real parts that answer people, from the slash to the sentence, with nothing behind them: no
 * database, no server, no Slack. What the world is like can be set.
 */
final class OnPaper implements AutoCloseable {
  static final UUID SCHEDULE = new UUID(0, 7);
  final FakeMethods slack = new FakeMethods();
  final CannedJournal journal = new CannedJournal(NOON);
  final Map<Role, Roster.Reading> roles = new HashMap<>();
  final Map<String, Runbook> runbooks = new HashMap<>();
  Optional<Roster.Membership> membership = Optional.empty();
  Optional<Runbook> pinned = Optional.empty();

  /** What stands on the server, by name. */
  final Map<String, DatabaseRef> databases = new HashMap<>(Map.of("tenant_acme", Samples.LIVE));

  final MemoryBackups backups = new MemoryBackups();
  Optional<Drafts.Kept> draft = Optional.empty();
  Optional<Schedules.Schedule> scheduled = Optional.empty();
  Optional<Instant> putOff = Optional.empty();
  boolean registryIsAway;
  boolean noRecord;

  /** How often caches were told again. */
  int noticed;

  boolean tenantIsGone;
  boolean noEstate;

  /** Whether the product has a command that restarts it. */
  boolean restart;

  /** Whether there is a second estate, and in it a tenant of the same name. */
  boolean twoEstates;

  Set<String> channels = Set.of();
  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
  private final EstateParts estate = OneOfEachTenant.estate(MessageCases.ACTIONS);
  private final io.countersign.slack.Drafts plans = new io.countersign.slack.Drafts();

  OnPaper() {
    for (var name : List.of("tenant-restore", "tenant-rollback", "tenant-drop-old")) {
      runbooks.put(name, MessageCases.shipped(name));
    }
  }

  /** Does what somebody asked for; what they are told is in {@link FakeMethods#told}. */
  @SuppressWarnings("NullAway") // nobody opens a Home here
  void handle(Inbound inbound) {
    var api = new SlackApi(slack.client());
    var whisper = new Whisper(api, later);
    var desk = desk();
    var holders = new Holders(journal, this::pinned, posts(), api);
    var commands = commands(desk, holders, api, whisper);
    var votes = new Votes(new Gates(journal, roster()), journal, whisper, () -> {});
    Reads reads = _ -> {};
    var clicks =
        new Clicks(commands, votes, desk, journal, holders, plans, api, whisper, reads, () -> {});
    var mentions =
        new Mentions(
            (_, thread) -> thread.isEmpty() ? Optional.empty() : Optional.of(RUN),
            journal,
            this::pinned,
            journal,
            roster(),
            desk,
            whisper,
            new Exports(
                reads, _ -> noRecord ? Optional.empty() : Optional.of(bundle()), api, whisper),
            new Papers(reads, desk, api, whisper));
    new Conversation(commands, clicks, votes, mentions, null, whisper).handle(inbound);
  }

  private Commands commands(FrontDesk desk, Holders holders, SlackApi api, Whisper whisper) {
    var tenants = tenants();
    var rooms = new Rooms(api, channels, journal::now);
    var zones = new Zones(api, journal::now);
    return new Commands(
        new Asking(
            runbooks.values(), desk, tenants, api, rooms, holders, zones, whisper, journal::now),
        new AskReader(runbooks.values(), tenants, journal::now),
        new Proposals(desk, holders, plans, whisper, journal::now),
        desk,
        rooms,
        zones,
        whisper,
        journal::now);
  }

  /** Known before anybody asks, so that what a form shows does not hang on who was faster. */
  private TenantIndex tenants() {
    var tenants = new TenantIndex(estates(), journal::now, later);
    tenants.await(List.of("medsuite"), Duration.ofSeconds(10));
    CompletableFuture.runAsync(() -> {}, later).join();
    return tenants;
  }

  private Runbook pinned(RunSpec spec) {
    return pinned.orElseGet(
        () -> runbooks.getOrDefault(spec.runbook(), runbooks.get("tenant-restore")));
  }

  private static Bundle bundle() {
    return new Bundle(
        RUN,
        new AuditBook.Chapter(
            RUN.value(), List.of(), List.of(), Optional.empty(), java.util.OptionalLong.empty()),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        NOON);
  }

  private FrontDesk desk() {
    return new FrontDesk(
        runbooks,
        estates(),
        roster(),
        journal,
        drafts(),
        this::pinned,
        schedules(),
        backups,
        notices(),
        () -> RUN);
  }

  private Map<String, EstateParts> estates() {
    if (noEstate) {
      return Map.of();
    }
    return twoEstates
        ? Map.of("medsuite", parts("medsuite"), "labsuite", parts("labsuite"))
        : Map.of("medsuite", parts("medsuite"));
  }

  private EstateParts parts(String name) {
    return new EstateParts(
        restart ? restarted() : estate.estate(),
        registry(new TenantRef(name, "acme")),
        (_, database) -> Optional.ofNullable(databases.get(database)),
        restorer(),
        estate.actions());
  }

  private static Estate restarted() {
    var command =
        new Policies.OwnCommand(
            List.of("/opt/medsuite/bin/restart", "{tenant}"), Duration.ofMinutes(5));
    return SampleEstate.named("medsuite")
        .policies(
            new Policies(
                Policies.Queues.DISCARD,
                Policies.Sequences.KEEP_AHEAD,
                Optional.empty(),
                Optional.of(command)))
        .estate();
  }

  private Roster roster() {
    return new Roster() {
      @Override
      public Reading read(Role role) {
        return roles.getOrDefault(
            role, new Reading.Members(Set.of(ALICE, BOB, DANA), 0, Duration.ZERO));
      }

      @Override
      public Membership membership(Person person) {
        return membership.orElse(new Membership.Full());
      }
    };
  }

  private Registry registry(TenantRef acme) {
    return fake(
        Registry.class,
        Map.of(
            "tenants",
                _ -> {
                  if (registryIsAway) {
                    throw new Registry.RegistryUnavailable(
                        "The registry of medsuite did not answer.", null);
                  }
                  return List.of(tenant(acme));
                },
            "invalidate", _ -> "",
            "tenant",
                it -> {
                  if (registryIsAway) {
                    throw new Registry.RegistryUnavailable(
                        "The registry of medsuite did not answer.", null);
                  }
                  return it[0].equals("acme") && !tenantIsGone
                      ? Optional.of(tenant(acme))
                      : Optional.empty();
                }));
  }

  private static Tenant tenant(TenantRef acme) {
    var secret = new SecretName("tenant-db-acme");
    return new Tenant(acme, "17", "Acme", "active", "tenant_acme", SERVER, secret);
  }

  private ServerRestorer restorer() {
    var window = new ServerRestorer.Window(NOON.minus(Duration.ofDays(7)), NOON);
    return fake(ServerRestorer.class, Map.of("window", _ -> window));
  }

  private Drafts drafts() {
    return new Drafts() {
      @Override
      public void keep(String id, RunSpec spec) {
        draft = Optional.of(new Kept(spec.requester(), spec, Duration.ZERO));
      }

      @Override
      public Optional<Kept> find(String id) {
        return draft;
      }
    };
  }

  private Schedules schedules() {
    return fake(Schedules.class, Map.of("find", _ -> scheduled, "putOff", _ -> putOff));
  }

  private Notices notices() {
    return fake(
        Notices.class, Map.of("look", _ -> new Notices.Standing(false, noticed), "given", _ -> ""));
  }

  private static Posts posts() {
    var root = Optional.of(new Posts.Standing("C0INCIDENT", "1.2"));
    return fake(Posts.class, Map.of("root", _ -> root));
  }

  /** Answers these methods, and no other. */
  static <T> T fake(Class<T> type, Map<String, Function<Object[], Object>> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              var answer = answers.get(method.getName());
              if (answer == null) {
                throw new UnsupportedOperationException(method.getName());
              }
              return answer.apply(arguments);
            }));
  }

  @Override
  public void close() {
    later.shutdownNow();
  }
}
