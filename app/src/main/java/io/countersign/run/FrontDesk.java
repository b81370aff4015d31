package io.countersign.run;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.estate.Backup;
import io.countersign.estate.Backups;
import io.countersign.estate.DatabaseLookup;
import io.countersign.estate.Registry;
import io.countersign.estate.Tenant;
import io.countersign.estate.TenantRef;
import io.countersign.gate.Roster;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The desk: looks everything up that can refuse a run, keeps the plan, and starts it once. */
public final class FrontDesk implements Desk {
  private static final Logger log = LoggerFactory.getLogger(FrontDesk.class);
  private static final Duration DRAFT_AGE = Duration.ofHours(1);

  /** So many earlier runs tell how long a new one will take. */
  public static final int PAST_RUNS = 30;

  private final Map<String, Runbook> runbooks;
  private final Map<String, EstateParts> estates;
  private final Roster roster;
  private final Journal journal;
  private final Drafts drafts;
  private final Runbooks pinned;
  private final Schedules schedules;
  private final Backups backups;
  private final ToldAgain toldAgain;
  private final Supplier<RunId> ids;

  public FrontDesk(
      Map<String, Runbook> runbooks,
      Map<String, EstateParts> estates,
      Roster roster,
      Journal journal,
      Drafts drafts,
      Runbooks pinned,
      Schedules schedules,
      Backups backups,
      Notices notices,
      Supplier<RunId> ids) {
    this.runbooks = Map.copyOf(runbooks);
    this.estates = Map.copyOf(estates);
    this.roster = roster;
    this.journal = journal;
    this.drafts = drafts;
    this.pinned = pinned;
    this.schedules = schedules;
    this.backups = backups;
    this.toldAgain = new ToldAgain(this.estates, this.runbooks.values(), journal, notices);
    this.ids = ids;
  }

  @Override
  public Proposed propose(Ask ask) {
    var runbook = runbooks.get(ask.runbook());
    var against = against(ask.who(), ask.runbook());
    if (runbook == null || against.isPresent()) {
      return new Proposed.Refused(against.stream().toList());
    }
    try {
      return proposed(ask, runbook);
    } catch (Registry.RegistryUnavailable | DatabaseLookup.ServerUnavailable unavailable) {
      return refused(
          unavailable.getMessage() + " Nothing was started. Type the command again in a minute.");
    }
  }

  @Override
  public Optional<Refusal> against(Person who, String name) {
    var runbook = runbooks.get(name);
    return runbook == null
        ? Optional.of(new Refusal.Because("There is no runbook " + name + "."))
        : mayAct(who, runbook.requester());
  }

  @Override
  public List<Backup> backups(TenantRef tenant, int limit) {
    return backups.of(tenant, limit);
  }

  @Override
  public Optional<Ask> asked(String draft, Person who) {
    return drafts
        .find(draft)
        .filter(it -> it.person().equals(who))
        .map(Drafts.Kept::spec)
        .map(
            it -> {
              var parameters = new HashMap<>(it.parameters());
              parameters.remove("tenant");
              var tenant = it.tenant().toString();
              return new Ask(who, it.channel(), it.runbook(), tenant, parameters, it.reason());
            });
  }

  private Proposed proposed(Ask ask, Runbook runbook) {
    return switch (new TenantSearch(estates).find(ask.tenant(), runbook)) {
      case TenantSearch.Found.None(var refusal) -> new Proposed.Refused(List.of(refusal));
      case TenantSearch.Found.One(var parts, var tenant) -> proposed(ask, runbook, parts, tenant);
    };
  }

  private Proposed proposed(Ask ask, Runbook runbook, EstateParts parts, Tenant tenant) {
    var outside =
        OutsideWindow.of(
            ask.parameters().get("to"),
            tenant,
            parts.restorer(),
            () -> backups.of(tenant.ref(), ChosenBackup.LOOKED_AT),
            runbooks.values(),
            journal.now());
    if (outside.isPresent()) {
      return new Proposed.Refused(List.of(outside.get()));
    }
    var database = parts.databases().find(tenant.server(), tenant.database());
    if (database.isEmpty()) {
      return refused(
          "The registry says that %s lives in %s on %s, but there is no such database; nothing was started. Check the registry."
              .formatted(tenant.ref().slug(), tenant.database(), tenant.server()));
    }
    var id = ids.get();
    var kept =
        Specs.needsKept(runbook)
            ? journal.kept(tenant.ref().subject())
            : Optional.<Journal.Kept>empty();
    if (Specs.needsKept(runbook)) {
      var missing = missing(kept, parts, tenant);
      if (missing.isPresent()) {
        return refused(missing.get());
      }
    }
    var home = new Specs.Home(tenant, new Value.OfDatabase(database.get()), kept);
    return switch (ChosenBackup.in(runbook, ask.parameters(), tenant, backups, journal.now())) {
      case ChosenBackup.None(var sentence) -> refused(sentence);
      case ChosenBackup.Chosen(var parameters) -> proposed(ask, runbook, home, id, parameters);
    };
  }

  private Proposed proposed(
      Ask ask, Runbook runbook, Specs.Home home, RunId id, Map<String, Value> parameters) {
    var tenant = home.tenant();
    var wish =
        new Specs.Wish(
            ask.who(), ask.channel(), parameters, ask.reason(), Optional.empty(), Optional.empty());
    var spec = Specs.of(id, runbook, home, wish, journal.now());
    return switch (new Countersigners(roster).of(runbook, spec)) {
      case Countersigners.Found.Missing(var sentence) -> refused(sentence);
      case Countersigners.Found.Enough(var people) -> {
        var past = journal.took(tenant.ref().estate(), runbook.name(), PAST_RUNS);
        yield planned(runbook, spec, people, past);
      }
    };
  }

  /** Why there is nothing to go back to. */
  private static Optional<String> missing(
      Optional<Journal.Kept> kept, EstateParts parts, Tenant tenant) {
    if (kept.isEmpty()) {
      return Optional.of(
          "No swap or flip of %s has kept a database, so there is nothing to go back to; nothing was started. A moment in the past comes back with /tenant-restore."
              .formatted(tenant.ref().slug()));
    }
    var wanted = kept.get().database();
    var found = parts.databases().find(wanted.server(), wanted.name());
    return found.isPresent() && found.get().oid() == wanted.oid()
        ? Optional.empty()
        : Optional.of(
            "The database that was kept when %s was last swapped or flipped, %s, is no longer there, so there is nothing to go back to; nothing was started. A moment in the past comes back with /tenant-restore."
                .formatted(tenant.ref().slug(), wanted));
  }

  /** A name that PostgreSQL would cut is found here, when the statements are written. */
  private Proposed planned(Runbook runbook, RunSpec spec, Set<Person> people, List<Took> past) {
    var id = spec.id().value();
    try {
      var draft = new Draft(id, spec, plan(runbook, spec), people, past);
      drafts.keep(id, spec);
      return new Proposed.Planned(draft);
    } catch (IllegalArgumentException impossible) {
      return refused(
          "This cannot be planned, so nothing was started: "
              + impossible.getMessage()
              + ". Whoever runs this bot can say what to do.");
    }
  }

  private List<Draft.PlannedStep> plan(Runbook runbook, RunSpec spec) {
    var actions = Optional.ofNullable(estates.get(spec.tenant().estate())).orElseThrow().actions();
    return Plans.steps(runbook.steps(), spec, actions);
  }

  private Optional<Refusal> mayAct(Person who, Role role) {
    return switch (roster.membership(who)) {
      case Roster.Membership.Excluded(var what) ->
          Optional.of(
              new Refusal.Because(
                  "Only full members of this workspace can do this, and to Slack you are "
                      + what
                      + "; nothing was done. Ask somebody of the team that owns the database."));
      case Roster.Membership.Unreadable(var why) ->
          Optional.of(
              new Refusal.Because(
                  "I could not read who you are ("
                      + why
                      + "). Nothing was done. Try again in a minute."));
      case Roster.Membership.Full() ->
          switch (roster.read(role)) {
            case Roster.Reading.Members(var people, _, _) ->
                people.contains(who)
                    ? Optional.empty()
                    : Optional.of(new Refusal.NotInRole(role.name(), people));
            case Roster.Reading.Unreadable(var why) ->
                Optional.of(new Refusal.Because(Countersigners.unreadable(role, why)));
          };
    };
  }

  private static Proposed refused(String sentence) {
    return new Proposed.Refused(List.of(new Refusal.Because(sentence)));
  }

  @Override
  public Started start(String draft, Person who) {
    var kept = drafts.find(draft);
    if (kept.isEmpty()) {
      return new Started.Refused(
          new Refusal.Because(
              "I do not know this plan, so nothing was started. Type the command again."));
    }
    if (!kept.get().person().equals(who)) {
      return new Started.Refused(
          new Refusal.Because(
              "This plan is somebody else's, so nothing was started. Type the command yourself."));
    }
    var spec = kept.get().spec();
    if (journal.read(spec.id()).isEmpty()) {
      var refusal = staleDraft(kept.get(), who);
      if (refusal.isPresent()) {
        return new Started.Refused(refusal.get());
      }
    }
    return switch (journal.submit(spec, draft)) {
      case Journal.Submission.Accepted(var run) -> {
        log.info(
            "run {} of {} on {} was asked for by {}", run, spec.runbook(), spec.subject(), who);
        yield new Started.Accepted(run);
      }
      case Journal.Submission.Repeated(var run) -> new Started.Repeated(run);
      case Journal.Submission.Held(var holder) -> new Started.Refused(new Refusal.Held(holder));
    };
  }

  private Optional<Refusal> staleDraft(Drafts.Kept kept, Person who) {
    if (kept.age().compareTo(DRAFT_AGE) > 0) {
      return Optional.of(
          new Refusal.Because(
              "This plan is more than an hour old, so nothing was started. Type the command"
                  + " again."));
    }
    var runbook = runbooks.get(kept.spec().runbook());
    if (runbook == null || !runbook.digest().equals(kept.spec().runbookDigest())) {
      return Optional.of(
          new Refusal.Because(
              "The runbook has changed since this plan, so nothing was started. Type the command"
                  + " again."));
    }
    return mayAct(who, runbook.requester())
        .or(
            () ->
                new Countersigners(roster).of(runbook, kept.spec())
                        instanceof Countersigners.Found.Missing(var sentence)
                    ? Optional.of(new Refusal.Because(sentence))
                    : Optional.empty());
  }

  @Override
  public Told cancel(RunId run, Person who, String reason) {
    var refusal = mayCommand(run, who);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    var before = new RunState[1];
    var written =
        journal.command(
            run,
            state -> {
              before[0] = state;
              return Cancelling.possible(state)
                  ? Optional.of(new RunEvent.CancelRequested(who, reason))
                  : Optional.empty();
            });
    return new Told(written.isPresent(), Cancelling.told(run, before[0], written.isPresent()));
  }

  @Override
  public Told retry(RunId run, Person who) {
    var refusal = mayCommand(run, who);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    var written =
        journal.command(
            run,
            state ->
                state instanceof RunState.NeedsPerson
                    ? Optional.of(new RunEvent.RetryRequested(who))
                    : Optional.empty());
    return written.isPresent()
        ? new Told(true, "Run " + run + " tries the step again.")
        : new Told(
            false,
            "Run " + run + " does not wait for anybody's retry. Say why to see what it waits for.");
  }

  @Override
  public Told leave(RunId run, Person who, String reason) {
    var refusal = mayCommand(run, who);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    var written =
        journal.command(
            run,
            state ->
                state instanceof RunState.NeedsPerson
                    ? Optional.of(new RunEvent.LeftAsIs(who, reason))
                    : Optional.empty());
    return written.isPresent()
        ? new Told(
            true,
            "Run "
                + run
                + " ends here; everything stays as it is, and what is frozen stays frozen.")
        : new Told(
            false,
            "Run "
                + run
                + " does not wait for a person, so it cannot be left as it is. Say cancel to stop"
                + " it.");
  }

  @Override
  public Told skip(RunId run, Person who, String step) {
    var refusal = mayCommand(run, who);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return switch (Skip.of(pinned.of(spec(run)), step)) {
      case Skip.Found.MayNot(var sentence) -> new Told(false, sentence);
      case Skip.Found.May(var skip) -> skipped(run, who, step, skip);
    };
  }

  private Told skipped(RunId run, Person who, String step, Skip skip) {
    var against = new String[] {"Run " + run + " has ended; there is nothing to skip."};
    var written =
        journal.command(
            run,
            state -> {
              var why = skip.against(state);
              why.ifPresent(it -> against[0] = it);
              return why.isPresent()
                  ? Optional.empty()
                  : Optional.of(new RunEvent.SkipRequested(who, step));
            });
    return written.isPresent()
        ? new Told(
            true,
            "Step %s of run %s is left out. From now on somebody else has to countersign in this run."
                .formatted(step, run))
        : new Told(false, against[0]);
  }

  @Override
  public Optional<Draft> planned(RunId run) {
    var events = journal.read(run);
    if (events.isEmpty()) {
      return Optional.empty();
    }
    var spec = Fold.of(events).facts().spec();
    var actions =
        Optional.ofNullable(estates.get(spec.tenant().estate())).map(EstateParts::actions);
    return actions.map(it -> Plans.draft(pinned.of(spec), spec, it));
  }

  @Override
  public Told putOff(UUID schedule, Instant due, Person who) {
    var found = schedules.find(schedule);
    if (found.isEmpty()) {
      return new Told(
          false, "This is not scheduled any more; nothing was put off. It may have begun.");
    }
    var later = found.get().later();
    var refusal = mayCommand(later.runbook(), who);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (schedules.putOff(schedule, due, who).isEmpty()) {
      return new Told(
          false,
          "This was put off or has begun since you saw it; nothing more was done. Home shows when"
              + " it is due now.");
    }
    log.info("schedule {} for {} was put off by {}", schedule, later.tenant(), who);
    return new Told(
        true,
        "%s for %s is put off by %s; until then nothing is asked and nothing is dropped."
            .formatted(later.runbook(), later.tenant().slug(), inWords(later.after())));
  }

  @Override
  public Told tellCaches(RunId run, Person who, String request, String door) {
    return mayCommand(run, who).orElseGet(() -> toldAgain.tell(run, who, request, door));
  }

  private static String inWords(Duration length) {
    long days = length.toDays();
    return days == 0
        ? io.countersign.runbook.Readings.written(length)
        : days == 1 ? "a day" : days + " days";
  }

  private RunSpec spec(RunId run) {
    return Fold.of(journal.read(run)).facts().spec();
  }

  private Optional<Told> mayCommand(RunId run, Person who) {
    var events = journal.read(run);
    if (events.isEmpty()) {
      return Optional.of(new Told(false, "There is no run " + run + "; nothing was done."));
    }
    return mayCommand(Fold.of(events).facts().spec().runbook(), who);
  }

  private Optional<Told> mayCommand(String runbook, Person who) {
    var role =
        Optional.ofNullable(runbooks.get(runbook))
            .map(Runbook::requester)
            .orElse(Role.PLATFORM_ADMIN);
    return mayAct(who, role)
        .map(
            it ->
                switch (it) {
                  case Refusal.Because(var sentence) -> new Told(false, sentence);
                  case Refusal.OtherTenant(var sentence, _) -> new Told(false, sentence);
                  case Refusal.ABackupInstead(var sentence, _, _) -> new Told(false, sentence);
                  case Refusal.NotInRole(var name, var holders) ->
                      new Told(
                          false, "Only a " + name + " can do this; nothing was done.", holders);
                  case Refusal.Held(var holder) -> new Told(false, holder.value());
                });
  }
}
