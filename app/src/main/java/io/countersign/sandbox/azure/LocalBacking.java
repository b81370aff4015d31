package io.countersign.sandbox.azure;

import io.countersign.RunId;
import io.countersign.Secret;
import io.countersign.estate.Acting;
import io.countersign.estate.Estate.RestoreSource;
import io.countersign.estate.Login;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.estate.Tenant;
import io.countersign.postgres.ArchiveRestorer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Azure's restores on this host: from base backups and archived WAL into a server on a port of its
 * own, so the whole way runs on real data.
 */
public final class LocalBacking implements Backing {
  private static final String ESTATE = "azure";
  private static final String NOBODY = "00000000";

  private final Path folder;
  private final ServerTls tls;
  private final Set<String> offering = ConcurrentHashMap.newKeySet();
  private final ArchiveRestorer restorer;
  private final Map<String, Copy> copies = new ConcurrentHashMap<>();

  /**
   * @param source what copies are made from, and where
   * @param live the only server that can be restored: as the bot logs in there
   * @param tls that copies offer, once they have their certificate
   */
  public LocalBacking(RestoreSource source, Login live, ServerTls tls) {
    this.folder = Path.of(source.copies());
    this.tls = tls;
    SecretStore secrets = _ -> live;
    this.restorer = new ArchiveRestorer(source, new OneServer(live), secrets);
  }

  @Override
  public void begin(Wanted wanted) {
    copies.put(
        wanted.name(),
        new Copy(
            new ServerRef(ESTATE, wanted.source()),
            new ServerRef(ESTATE, wanted.name()),
            wanted.target(),
            new RunId(wanted.run().isEmpty() ? NOBODY : wanted.run())));
  }

  @Override
  public State look(String name) {
    var copy = copies.get(name);
    if (copy == null) {
      return new State.Failed("Unknown", "There is no such copy.");
    }
    try {
      restorer.begin(copy);
      return switch (restorer.look(copy)) {
        case Progress.Absent _, Progress.Working _ -> new State.Making();
        case Progress.Broken(var problem) -> new State.Failed("RestoreFailed", problem.line());
        case Progress.Ready _ -> made(copy);
      };
    } catch (RestorerUnavailable unavailable) {
      return new State.Failed("RestoreFailed", unavailable.problem().line());
    }
  }

  private State made(Copy copy) {
    var name = copy.server().name();
    if (offering.add(name)) {
      tls.offerAt(folder.resolve(name).resolve("data"));
    }
    return restorer
        .login(copy.server())
        .<State>map(it -> new State.Made(it.host() + ":" + it.port()))
        .orElseGet(State.Making::new);
  }

  /** Copies here have no administrator of their own. */
  @Override
  public void password(String name, String administrator, Secret password) {
    // the bot's password is that of the source, which is not changed in the sandbox
  }

  @Override
  public void remove(String name) {
    Optional.ofNullable(copies.remove(name)).ifPresent(restorer::remove);
  }

  private record OneServer(Login live) implements Registry {
    @Override
    public Optional<RegisteredServer> server(String name) {
      return Optional.of(
          new RegisteredServer(
              new ServerRef(ESTATE, name), live.host(), live.port(), new SecretName("bot")));
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
    public void invalidate(Tenant tenant) {
      // nobody reads a registry here
    }

    @Override
    public void audit(
        Tenant tenant, String action, String actor, String key, Map<String, String> detail) {
      // nobody reads a registry here
    }
  }
}
