package io.countersign.doctor;

import io.countersign.action.ActionFailed;
import io.countersign.azure.AzureClients;
import io.countersign.azure.AzureLook;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.Estate;
import io.countersign.estate.Estate.RestoreSource;
import io.countersign.estate.PastSource;
import io.countersign.estate.Policies.OwnCommand;
import io.countersign.estate.Registry.RegistryUnavailable;
import io.countersign.estate.SecretSource;
import io.countersign.estate.SecretStore;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.Tenant;
import io.countersign.postgres.OwnCommands;
import io.countersign.postgres.Pools;
import io.countersign.postgres.QueryRegistry;
import io.countersign.postgres.Replicas;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.ServerLook;
import io.countersign.postgres.Servers;
import io.countersign.server.Sources;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** One estate: its registry, its tenants' secrets, its servers and their past. */
final class EstateChecks {
  private final Estate estate;
  private final SecretStore secrets;
  private final QueryRegistry registry;
  private final ServerRestorer restorer;
  private final Servers servers;
  private final InstantSource clock;
  private final Results results = new Results();

  EstateChecks(Estate estate, InstantSource clock) {
    this.estate = estate;
    this.clock = clock;
    var sources = Sources.of(estate);
    this.secrets = sources.secrets();
    this.registry = sources.registry();
    this.restorer = sources.restorer();
    this.servers = sources.servers();
  }

  List<Result> look() {
    var what = "the registry of " + estate.name();
    if (estate.secrets() instanceof SecretSource.KeyVault(var vault, var account)) {
      // first: without its secrets nothing else of the estate can be looked at
      boolean writing = estate.registry().queries().containsKey("set-reference");
      results.addAll(azure(account).vault(vault, writing));
    }
    commands();
    List<Tenant> tenants;
    try {
      tenants = registry.tenants();
      rehearse(what, tenants);
    } catch (RegistryUnavailable unavailable) {
      results.finding(
          what,
          String.valueOf(unavailable.getMessage()) + ".",
          "correct registry in the estate's file, its login in "
              + estate.secrets().place()
              + ", or the grants (manifest/estates/*-grants.sql).");
      results.notSeen("the servers of " + estate.name(), "the registry names them");
      return results.list();
    }
    secrets(tenants);
    if (estate.restore() instanceof PastSource.OnAzure onAzure) {
      results.addAll(azure(onAzure).look());
    }
    var names = new TreeSet<String>();
    tenants.forEach(it -> names.add(it.server().name()));
    names.forEach(it -> server(it, tenants));
    return results.list();
  }

  /** The product's own, on the bot's host; none is run. */
  private void commands() {
    var all = new TreeMap<String, OwnCommand>();
    estate.policies().afterRestore().ifPresent(it -> all.put("after-restore", it));
    estate.policies().restart().ifPresent(it -> all.put("restart", it));
    estate.registry().commands().forEach((key, it) -> all.put("registry.commands." + key, it));
    var what = "the commands of " + estate.name();
    all.forEach(
        (key, command) ->
            results.check(
                OwnCommands.canRun(command),
                what,
                key + " can be run",
                command.argv().getFirst() + ", which " + key + " names, cannot be run here.",
                "install it on the bot's host, executable for the bot's user, or correct "
                    + key
                    + " in the estate's file."));
  }

  /** Every query is asked or planned; a registry without a tenant shows nothing. */
  private void rehearse(String what, List<Tenant> tenants) {
    if (tenants.isEmpty()) {
      results.finding(
          what,
          "The query tenants answers no row.",
          "correct it in the estate's file, or add the first tenant to the product.");
      return;
    }
    var first = tenants.getFirst();
    boolean found = registry.tenant(first.ref().slug()).isPresent();
    boolean known = registry.server(first.server().name()).isPresent();
    registry.rehearse(first);
    results.check(
        found && known,
        what,
        tenants.size() + " tenants; all " + estate.registry().queries().size() + " queries can run",
        "The query "
            + (found ? "server" : "tenant")
            + " answers nothing for what the query tenants names.",
        "correct it in the estate's file.");
  }

  private void secrets(List<Tenant> tenants) {
    var what = "the secrets of " + estate.name() + "'s tenants";
    var unreadable = new ArrayList<String>();
    for (var tenant : tenants) {
      try {
        var _ = secrets.login(tenant.secret());
      } catch (SecretUnavailable missing) {
        unreadable.add(tenant.ref().slug());
        results.finding(what, missing.problem());
      }
    }
    if (unreadable.isEmpty()) {
      results.fine(what, tenants.size() + " are readable, by the bot alone");
    }
  }

  private void server(String name, List<Tenant> tenants) {
    var what = "the server " + name;
    var reference = new ServerRef(estate.name(), name);
    ServerLook look;
    try (var session = servers.open(reference, Servers.MAINTENANCE, "cs/doctor")) {
      look = ServerLook.at(session);
    } catch (ActionFailed failed) {
      results.finding(what, failed.problem());
      return;
    } catch (RegistryUnavailable unavailable) {
      results.finding(
          what, unavailable.getMessage() + ".", "correct the query server in the estate's file.");
      return;
    } catch (SQLException refused) {
      results.finding(
          what,
          "The bot cannot log in: " + ServerErrors.reduced(refused) + ".",
          "correct its row in the registry and its secret in "
              + estate.secrets().place()
              + ", or run the grants (manifest/estates/*-grants.sql).");
      return;
    }
    var databases = tenants.stream().filter(it -> it.server().name().equals(name)).toList();
    results.addAll(new ServerChecks(what, look).look(databases));
    new Clocks(clock).compare(results, "the clock of " + name, look.now());
    switch (estate.restore()) {
      case RestoreSource folders ->
          results.addAll(new PastChecks(folders, what, look, clock).look());
      case PastSource.OnAzure onAzure -> results.addAll(azure(onAzure).server(name));
    }
    results.addAll(new StorageChecks(estate.restore(), what).look(look, databases));
    beside(reference, databases);
  }

  private AzureChecks azure(PastSource.OnAzure past) {
    return azure(past.azure());
  }

  private AzureChecks azure(AzureAccount account) {
    return new AzureChecks(
        estate.name(), new AzureLook(new AzureClients(account)), restorer, clock);
  }

  /** PgBouncers and standbys: a swap asks them too. */
  private void beside(ServerRef server, List<Tenant> tenants) {
    var databases = tenants.stream().map(Tenant::database).toList();
    var wrong = new Pools(servers, estate, server).obstacles(databases);
    var neighbours = estate.beside(server);
    if (!neighbours.pgbouncers().isEmpty()) {
      var of = "the PgBouncers before " + server;
      wrong.forEach(it -> results.finding(of, it.what() + ".", it.remedy() + "."));
      if (wrong.isEmpty()) {
        results.fine(of, "the consoles of " + neighbours.pgbouncers().size() + " answer");
      }
    }
    for (var look : new Replicas(servers, estate, server).looks("cs/doctor")) {
      var of = "the standby " + look.replica() + " of " + server;
      look.wrong()
          .ifPresentOrElse(
              it ->
                  results.finding(
                      of,
                      "It " + it + ".",
                      "correct servers." + server + ".replicas in the estate's file."),
              () -> results.fine(of, "in recovery, the bot can end sessions there"));
    }
  }
}
