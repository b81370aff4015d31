package io.countersign.azure;

import com.azure.resourcemanager.postgresqlflexibleserver.fluent.models.ServerInner;
import io.countersign.Problem;
import io.countersign.azure.ClonePassword.Given;
import io.countersign.azure.CopySource.Asked;
import io.countersign.azure.CopySource.From;
import io.countersign.azure.FlexibleServers.Operation;
import io.countersign.estate.Entrances;
import io.countersign.estate.Login;
import io.countersign.estate.LoginTrial;
import io.countersign.estate.PastSource;
import io.countersign.estate.Registry;
import io.countersign.estate.Registry.RegistryUnavailable;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Restores a server to a past moment by having Azure make a new one. Every visit looks before it
 * asks for anything, and asks for one thing: a bot that dies anywhere finds the copy again by its
 * name, and Azure is asked for it once.
 */
public final class FlexibleServerRestorer implements ServerRestorer {
  /** How long Azure may be out of reach, or a finished copy unreachable, before it counts. */
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final PastSource.OnAzure past;
  private final AzureClients clients;
  private final FlexibleServers servers;
  private final CopySource asking;
  private final CloneDoor door;
  private final ClonePassword passwords;
  private final Registry registry;
  private final Entrances entrances;
  private final LoginTrial trial;
  private final InstantSource clock;
  private final Map<String, Clone> known = new ConcurrentHashMap<>();

  public FlexibleServerRestorer(
      PastSource.OnAzure past,
      AzureClients clients,
      Registry registry,
      Entrances entrances,
      LoginTrial trial,
      InstantSource clock,
      RandomGenerator random) {
    this.past = past;
    this.clients = clients;
    this.servers = new FlexibleServers(clients);
    this.asking = new CopySource(past);
    this.door = new CloneDoor(servers, past.letIn());
    this.passwords = new ClonePassword(servers, trial, random);
    this.registry = registry;
    this.entrances = entrances;
    this.trial = trial;
    this.clock = clock;
  }

  @Override
  public List<String> plan(String source, String to) {
    return List.of(
        "PUT "
            + servers.path("<copy of " + source + ">")
            + " createMode=PointInTimeRestore sourceServerResourceId="
            + servers.path(source)
            + " pointInTimeUTC="
            + to,
        past.letIn()
            .map(it -> "let " + it + " into the copy, and nobody else")
            .orElse("leave the copy in the server's private network"),
        "where the bot's password was another one then: PATCH the copy's"
            + " administratorLoginPassword");
  }

  @Override
  public List<String> planLatest(String source) {
    return List.of(
        "latest data only: no moment can be chosen, and the last hour may be missing",
        "PUT "
            + servers.path("<copy of " + source + ">")
            + " createMode=GeoRestore location="
            + past.pairedRegion().orElse("<restore.azure.paired-region is missing>")
            + " sourceServerResourceId="
            + servers.path(source),
        "let the bot alone into the copy");
  }

  @Override
  public Window window(ServerRef source) {
    var doing = "asking Azure how far back " + source + " can be restored";
    try {
      var found =
          servers.get(source.name()).orElseThrow(() -> new RestorerUnavailable(unknown(source)));
      return new Window(CopySource.earliest(found), clock.instant());
    } catch (AzureFailed failed) {
      throw unavailable(doing, failed);
    }
  }

  private Problem unknown(ServerRef source) {
    return new Problem(
        "looking for " + source + " in Azure",
        "The resource group "
            + past.azure().resourceGroup()
            + " has no flexible server of that name.",
        "Servers are called the same in the registry and in Azure; correct one of the two, or"
            + " azure.resource-group in the estate's file.");
  }

  @Override
  public void begin(Copy copy) {
    var _ = visit(copy, "");
  }

  @Override
  public Progress visit(Copy copy, String memo) {
    return visit(copy, From.MOMENT, memo);
  }

  @Override
  public Progress visitLatest(Copy copy, String memo) {
    return visit(copy, From.LATEST, memo);
  }

  private Progress visit(Copy copy, From from, String memo) {
    var before = Memo.of(memo);
    try {
      return going(copy, from, before);
    } catch (AzureFailed failed) {
      return troubled(copy, before, failed);
    } catch (RestorerUnavailable unavailable) {
      return elsewhere(before, unavailable, unavailable.problem());
    } catch (RegistryUnavailable unavailable) {
      var problem =
          problem(
              copy,
              "The tenant registry cannot be asked: " + unavailable.getMessage() + ".",
              "Bring the registry back, then retry.");
      return elsewhere(before, unavailable, problem);
    }
  }

  private static boolean begun(Memo memo) {
    return memo.restore().isPresent() || memo.seen();
  }

  /** A registry or a vault that is away for a moment must not cost an hour's work either. */
  private Progress elsewhere(Memo memo, RuntimeException unavailable, Problem problem) {
    var after = memo.troubled(clock.instant());
    if (!begun(memo) || !isPatient(after)) {
      throw unavailable;
    }
    return working("waiting: " + problem.line(), after);
  }

  private Progress going(Copy copy, From from, Memo memo) {
    if (memo.restore().isPresent()) {
      switch (servers.operation(memo.restore().get())) {
        case Operation.Going(var pause) -> {
          return new Progress.Working(
              "Azure is restoring " + copy.source(), memo.well().text(), pause);
        }
        case Operation.Failed(var code, var message) -> {
          return failed(copy, "restoring", code, message);
        }
        case Operation.Done _, Operation.Unknown _ -> {}
      }
    }
    var found = servers.get(copy.server().name()).map(Clone::new);
    if (found.isEmpty()) {
      return begun(memo) ? gone(copy, memo) : create(copy, from, memo);
    }
    return found.get().isOf(copy.server(), copy.run())
        ? present(copy, from, found.get(), memo)
        : new Progress.Broken(foreign(copy));
  }

  private static Problem foreign(Copy copy) {
    return problem(
        copy,
        "Azure has a server of this name that this run did not make.",
        "Retry: a new attempt takes a new name.");
  }

  /** What was begun once is never begun again under the same name without a person. */
  private Progress gone(Copy copy, Memo memo) {
    return patient(
        copy,
        memo,
        "waiting until Azure shows the copy",
        "Azure does not show it any more, and does not say why.",
        "Read az monitor activity-log list --resource-group "
            + past.azure().resourceGroup()
            + ", then retry.");
  }

  private Progress create(Copy copy, From from, Memo memo) {
    var source = servers.get(copy.source().name());
    if (source.isEmpty()) {
      return new Progress.Broken(unknown(copy.source()));
    }
    var now = clock.instant();
    return switch (asking.asked(copy, from, source.get(), now)) {
      case Asked.Refused(var happened, var next) ->
          new Progress.Broken(problem(copy, happened, next));
      case Asked.NotYet(var kept) ->
          new Progress.Working(
              "waiting until "
                  + kept.truncatedTo(ChronoUnit.SECONDS)
                  + ": Azure takes a while to keep what was just written",
              memo.well().text(),
              Duration.between(now, kept));
      case Asked.Wanted(var wanted) -> ask(copy, wanted, memo);
    };
  }

  private Progress ask(Copy copy, ServerInner wanted, Memo memo) {
    var operation = servers.create(copy.server().name(), wanted);
    var after = operation.map(memo.well()::begun).orElseGet(() -> memo.well().found());
    return new Progress.Working(
        "Azure has begun to restore " + copy.source(), after.text(), Duration.ZERO);
  }

  private Progress present(Copy copy, From from, Clone clone, Memo memo) {
    if (clone.isGoing()) {
      return new Progress.Broken(
          problem(copy, "Somebody is removing it in Azure.", "Ask who did, then retry."));
    }
    var seen = memo.found();
    if (!clone.isReady()) {
      return working("Azure shows the copy as " + clone.state(), seen.well());
    }
    return switch (door.look(clone)) {
      case CloneDoor.Door.Wrong(var problem) -> new Progress.Broken(problem);
      case CloneDoor.Door.Setting() ->
          patient(
              copy,
              seen,
              "letting the bot alone into the copy",
              "Its firewall does not become what was asked for.",
              "Look at its firewall rules in Azure, then retry.");
      case CloneDoor.Door.Set() -> entered(copy, from, clone, seen);
    };
  }

  private Progress entered(Copy copy, From from, Clone clone, Memo memo) {
    var address = clone.address();
    if (address.isEmpty()) {
      return working("waiting until Azure names the copy's address", memo.well());
    }
    var login = loginTo(address.get(), clone);
    return switch (trial.knock(login)) {
      case LoginTrial.Answer.Accepted() -> {
        known.put(clone.server().name(), clone);
        yield new Progress.Ready(from.stated(copy));
      }
      case LoginTrial.Answer.NotYet(var why) ->
          patient(
              copy,
              memo,
              "waiting until the copy lets the bot in (" + why + ")",
              "It does not let the bot in: " + why + ".",
              "Look whether the bot's host reaches it: restore.azure.let-in, private network, name"
                  + " service.");
      case LoginTrial.Answer.WrongPassword() when entrances.isByToken(clone.source().orElse("")) ->
          strange(copy, login, memo);
      case LoginTrial.Answer.WrongPassword() ->
          switch (passwords.give(clone, login, memo)) {
            case Given.Later(var doing, var after) -> working(doing, after);
            case Given.Refused(var code, var message) ->
                failed(copy, "setting its password", code, message);
            case Given.Useless() ->
                new Progress.Broken(
                    problem(
                        copy,
                        "It has the roles and passwords of "
                            + copy.target()
                            + ", and does not let the bot in as "
                            + login.user()
                            + " although its administrator's password was set anew.",
                        "Look whether that role existed then; ask for a later moment, or let the"
                            + " server's secret name its administrator."));
          };
    };
  }

  /** Such a role has no password that could be set. */
  private Progress strange(Copy copy, Login login, Memo memo) {
    var remedy =
        "make "
            + login.user()
            + " an Entra administrator of it: az postgres flexible-server microsoft-entra-admin"
            + " create --resource-group "
            + past.azure().resourceGroup()
            + " --server-name "
            + copy.server()
            + " --display-name "
            + login.user()
            + " --object-id <the bot's> --type ServicePrincipal";
    return patient(
        copy,
        memo,
        "the copy does not take the bot's token; if it stays so, " + remedy,
        "It does not take the bot's token.",
        "Look whether it takes tokens of Entra, and "
            + remedy
            + "; or let the server's secret name a role with a password.");
  }

  /** Waiting for something that comes by itself, and not for ever. */
  private Progress patient(Copy copy, Memo memo, String doing, String happened, String next) {
    var troubled = memo.troubled(clock.instant());
    return isPatient(troubled)
        ? working(doing, troubled)
        : new Progress.Broken(problem(copy, happened, next));
  }

  private boolean isPatient(Memo troubled) {
    var since = troubled.trouble().orElseThrow();
    return Duration.between(since, clock.instant()).compareTo(PATIENCE) < 0;
  }

  /**
   * Before anything was begun, what will not pass by itself ends the step at once. Afterwards an
   * hour's work is under way, which no lost name service and no expired token should cost.
   */
  private Progress troubled(Copy copy, Memo memo, AzureFailed failed) {
    var trouble = failed.trouble();
    boolean token = trouble instanceof Trouble.NoIdentity || trouble.status() == 401;
    boolean other = trouble instanceof Trouble.NoAnswer;
    if (token) {
      clients.renew();
    }
    var after = memo.troubled(clock.instant());
    return isPatient(after) && (trouble.passing() || (begun(memo) && (token || other)))
        ? new Progress.Working(
            "waiting for Azure. " + trouble.said(), after.text(), trouble.pause())
        : new Progress.Broken(failed.problem("making the server copy " + copy.server()));
  }

  private static Progress working(String doing, Memo memo) {
    return new Progress.Working(doing, memo.text(), Duration.ZERO);
  }

  private static Progress failed(Copy copy, String what, String code, String message) {
    return new Progress.Broken(
        problem(
            copy,
            "Azure ended " + what + " it: " + code + ": " + message,
            "Read what Azure says; retry, or ask for another moment."));
  }

  @Override
  public Progress look(Copy copy) {
    try {
      var found = servers.get(copy.server().name()).map(Clone::new);
      if (found.isEmpty()) {
        return new Progress.Absent();
      }
      if (!found.get().isOf(copy.server(), copy.run())) {
        return new Progress.Broken(foreign(copy));
      }
      return found.get().isReady()
          ? new Progress.Ready(From.MOMENT.stated(copy))
          : new Progress.Working("Azure shows the copy as " + found.get().state());
    } catch (AzureFailed failed) {
      throw unavailable("looking at " + copy.server(), failed);
    }
  }

  @Override
  public Optional<Login> login(ServerRef copy) {
    if (!Clone.isName(copy.name())) {
      return Optional.empty();
    }
    try {
      var clone =
          Optional.ofNullable(known.get(copy.name()))
              .or(() -> servers.get(copy.name()).map(Clone::new).filter(Clone::isReady));
      return clone
          .filter(it -> it.isOf(copy.estate()))
          .flatMap(it -> it.address().map(address -> loginTo(address, it)));
    } catch (AzureFailed failed) {
      throw unavailable("looking for " + copy, failed);
    }
  }

  /**
   * Asks Azure to remove a copy, which takes minutes.
   *
   * @throws RestorerUnavailable where Azure refuses
   */
  @Override
  public void remove(Copy copy) {
    var name = copy.server().name();
    known.remove(name);
    try {
      var found = servers.get(name).map(Clone::new);
      if (found.filter(it -> it.isOf(copy.server(), copy.run())).isEmpty()
          || found.get().isGoing()) {
        return;
      }
      if (registry.server(name).isPresent()) {
        throw new RestorerUnavailable(
            problem(
                copy, "The registry names it as a server in use.", "Find out who put it there."));
      }
      delete(copy, found.get());
    } catch (AzureFailed failed) {
      throw unavailable("removing the server copy " + name, failed);
    }
  }

  /** A server that Azure is at work on is no trouble of anybody's; it goes when that is over. */
  private void delete(Copy copy, Clone clone) {
    try {
      servers.delete(copy.server().name());
    } catch (AzureFailed failed) {
      if (failed.trouble().status() != 409 || clone.isReady()) {
        throw failed;
      }
      throw new RestorerUnavailable(
          new Problem(
              "removing the server copy " + copy.server().name(),
              "Azure still makes the server copy "
                  + copy.server().name()
                  + "; it can be removed when that is done. "
                  + failed.trouble().said(),
              "Look at it in Azure, then retry; or remove it by hand: " + removal(clone)),
          true);
    }
  }

  private String removal(Clone clone) {
    return "az postgres flexible-server delete --ids " + servers.path(clone.server().name());
  }

  @Override
  public List<Standing> standing(String estate) {
    try {
      return servers.all().stream()
          .map(Clone::new)
          .filter(it -> it.isOf(estate))
          .filter(it -> !it.isGoing())
          .map(
              it ->
                  new Standing(
                      it.server().name(),
                      it.source().orElse(""),
                      it.runId(),
                      Optional.of(it.expires()),
                      "Azure bills it like the server that it was copied from",
                      removal(it)))
          .toList();
    } catch (AzureFailed failed) {
      throw unavailable("looking for copies of servers that were left behind", failed);
    }
  }

  /** The bot's login on the source. */
  private Login loginTo(Clone.Address address, Clone clone) {
    var source = clone.source().orElseThrow();
    var server =
        registry
            .server(source)
            .orElseThrow(
                () ->
                    new RestorerUnavailable(
                        new Problem(
                            "logging in to " + clone.server().name(),
                            "The registry does not name " + source + " any more.",
                            "Put it back until the copy is removed.")));
    try {
      return entrances.into(server).at(address.host(), address.port());
    } catch (SecretUnavailable unavailable) {
      throw new RestorerUnavailable(unavailable.problem());
    }
  }

  private static Problem problem(Copy copy, String happened, String next) {
    return new Problem("making the server copy " + copy.server(), happened, next);
  }

  private static RestorerUnavailable unavailable(String doing, AzureFailed failed) {
    return new RestorerUnavailable(failed.problem(doing), failed.trouble().passing());
  }
}
