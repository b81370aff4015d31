package io.countersign.azure;

import io.countersign.Problem;
import io.countersign.RunId;
import io.countersign.Secret;
import io.countersign.estate.Acting;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.AzureAccount.Endpoints;
import io.countersign.estate.AzureAccount.Identity;
import io.countersign.estate.Entrances;
import io.countersign.estate.Login;
import io.countersign.estate.LoginTrial;
import io.countersign.estate.PastSource;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.estate.Tenant;
import io.countersign.sandbox.azure.StandInAzure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A stand-in Azure with one server, and bots that restore it; shared by the tests of a class. */
final class AzureRig implements AutoCloseable {
  static final String ESTATE = "medsuite";
  static final ServerRef SOURCE = new ServerRef(ESTATE, "pg-us-east-1");
  static final RunId RUN = new RunId("7k2m9qxd");
  static final String CLIENT_SECRET = "not-a-secret-of-the-client-81c2";
  static final String PASSWORD = "not-a-secret-of-the-bot-4d1f";
  static final String BOT_ADDRESS = "203.0.113.7";

  private final Path folder;
  final Ticking clock = new Ticking(Instant.now());
  final ScriptedBacking backing = new ScriptedBacking();
  final StandInAzure azure;
  final Trial trial = new Trial();
  boolean vaultIsAway;
  Optional<String> pairedRegion = Optional.empty();
  private final Map<AzureAccount, AzureClients> clients = new HashMap<>();

  AzureRig(Path folder) {
    this.folder = folder;
    this.azure = StandInAzure.start(folder.resolve("azure"), clock, backing, CLIENT_SECRET);
    write("client-secret", CLIENT_SECRET);
    fresh();
  }

  /** All goes well again. */
  void fresh() {
    clients.values().forEach(AzureClients::renew);
    azure.faults().forget();
    backing.forget();
    vaultIsAway = false;
    pairedRegion = Optional.empty();
    trial.answers.clear();
    trial.given.clear();
    azure.manager().servers().forEach(azure.manager()::vanish);
    azure
        .manager()
        .habits()
        .retryAfter(0)
        .emptyAnswers(false)
        .inherits(false)
        .busyWhileMaking(false)
        .forgetful(false)
        .pairedRegion("")
        .standingAs("Ready")
        .roles(true);
    azure
        .manager()
        .standing(
            SOURCE.name(),
            "medsuite_admin",
            clock.instant().minus(Duration.ofDays(7)),
            "198.51.100.1",
            "198.51.100.2");
  }

  private void write(String name, String content) {
    try {
      Files.writeString(folder.resolve(name), content);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  AzureAccount account() {
    return account(
        new Identity.ClientSecret(StandInAzure.CLIENT, file("client-secret").toString()),
        new Endpoints(azure.url(), azure.url(), azure.certificate().toString()));
  }

  AzureAccount account(Identity identity, Endpoints endpoints) {
    return new AzureAccount(
        StandInAzure.SUBSCRIPTION, StandInAzure.GROUP, StandInAzure.TENANT, identity, endpoints);
  }

  /** A bot that was just started: nothing is known but what Azure shows. */
  FlexibleServerRestorer bot() {
    return bot(account());
  }

  FlexibleServerRestorer bot(AzureAccount account) {
    return bot(account, Optional.of(BOT_ADDRESS));
  }

  FlexibleServerRestorer bot(AzureAccount account, Optional<String> letIn) {
    return new FlexibleServerRestorer(
        new PastSource.OnAzure(
            account, letIn, Duration.ofMinutes(15), Duration.ofDays(1), pairedRegion, ""),
        clients(account),
        registry(),
        Entrances.bySecrets(secrets()),
        trial,
        clock,
        new Random(7));
  }

  /** What takes long to make, and knows nothing of any restore. */
  private AzureClients clients(AzureAccount account) {
    return clients.computeIfAbsent(account, AzureClients::new);
  }

  KeyVaultSecrets vault() {
    return vault(azure.url());
  }

  KeyVaultSecrets vault(URI address) {
    return new KeyVaultSecrets(address, clients(account()));
  }

  Copy copy(int attempt) {
    return copy(attempt, clock.instant().minus(Duration.ofHours(1)));
  }

  Copy copy(int attempt, Instant target) {
    return new Copy(
        SOURCE,
        new ServerRef(
            ESTATE, SOURCE.name() + "-pitr-20261121125200-" + RUN.value() + "-a" + attempt),
        target,
        RUN);
  }

  /** Visits until it is no longer at work; each visit by a bot that was just started or by one. */
  static Progress settled(FlexibleServerRestorer bot, Copy copy) {
    var memo = "";
    for (int visit = 0; visit < 100; visit++) {
      var progress = bot.visit(copy, memo);
      if (!(progress instanceof Progress.Working working)) {
        return progress;
      }
      memo = working.memo();
    }
    throw new AssertionError("it is never done");
  }

  private SecretStore secrets() {
    return name -> {
      if (vaultIsAway) {
        var problem = new Problem("reading the secret " + name, "The vault is away.", "Wait.");
        throw new SecretStore.SecretUnavailable(problem);
      }
      return new Login("nowhere", 1, "postgres", "countersign_bot", new Secret(PASSWORD));
    };
  }

  static Registry registry() {
    return new OneServerRegistry();
  }

  @Override
  public void close() {
    azure.close();
  }

  /** Answers as told, then lets everybody in. */
  static final class Trial implements LoginTrial {
    final List<Answer> answers = new ArrayList<>();
    final List<String> given = new ArrayList<>();
    final List<Login> knocked = new ArrayList<>();

    @Override
    public Answer knock(Login login) {
      knocked.add(login);
      return answers.isEmpty() ? new Answer.Accepted() : answers.removeFirst();
    }

    @Override
    public Answer give(Login administrator, String role, Secret password) {
      given.add(administrator.user() + " gives " + role + " " + password.reveal());
      return new Answer.Accepted();
    }
  }

  /** A clock that is put ahead. */
  static final class Ticking extends Clock {
    private volatile Instant now;

    Ticking(Instant now) {
      this.now = now;
    }

    synchronized void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private static final class OneServerRegistry implements Registry {
    @Override
    public Optional<RegisteredServer> server(String name) {
      return name.equals(SOURCE.name())
          ? Optional.of(
              new RegisteredServer(SOURCE, "nowhere", 5432, new SecretName("pg-us-east-1-admin")))
          : Optional.empty();
    }

    @Override
    public List<Tenant> tenants() {
      return List.of();
    }

    @Override
    public Optional<Tenant> tenant(String slug) {
      return Optional.empty();
    }

    @Override
    public boolean setStatus(
        String slug, String expected, String wanted, String reason, Acting by) {
      return false;
    }

    @Override
    public void invalidate(Tenant tenant) {}

    @Override
    public void audit(
        Tenant tenant, String action, String actor, String key, Map<String, String> detail) {}
  }
}
