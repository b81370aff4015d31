package io.countersign.cli;

import io.countersign.server.DatabaseSettings;
import io.countersign.server.Settings;
import io.countersign.store.Database;
import io.countersign.store.Grants;
import io.countersign.store.Schema;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code countersign migrate}: the owner's part of Countersign's own database. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = {
      "Creates or updates the schema of Countersign's own database.",
      "Run it with the owner's login in COUNTERSIGN_DATABASE_USER and _PASSWORD."
    })
final class Migrate implements Callable<Integer> {
  @Option(
      names = "--grant-to",
      paramLabel = "LOGIN",
      description = {
        "gives this login exactly what serving needs, and takes away whatever else it was granted"
            + " there. With it the bot cannot change or remove events and votes, nor switch their"
            + " triggers off"
      })
  private @Nullable String login;

  @Override
  public Integer call() {
    try (var _ = new QuietLoggers()) {
      var settings = DatabaseSettings.of(System.getenv());
      try (var schema = Schema.open(settings.url(), settings.user(), settings.password())) {
        migrate(schema);
        return 0;
      }
    } catch (Settings.Refused | Schema.Refused | Database.Unreachable refused) {
      System.err.println(refused.getMessage());
      return 1;
    }
  }

  private void migrate(Schema schema) throws Schema.Refused {
    var applied = schema.migrate();
    System.out.println(
        "ok · schema "
            + Schema.NAME
            + " · "
            + (applied.isEmpty() ? "was up to date" : "applied " + String.join(", ", applied)));
    if (login != null) {
      schema.grantTo(login);
      System.out.println("ok · " + login + " may now, and nothing else:");
      Grants.SERVE.forEach(
          it -> System.out.println("  " + it.table() + ": " + it.text() + " · " + it.why()));
    }
  }
}
