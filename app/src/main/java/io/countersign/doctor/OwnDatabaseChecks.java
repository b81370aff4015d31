package io.countersign.doctor;

import io.countersign.server.Settings;
import io.countersign.store.Database;
import io.countersign.store.Schema;
import io.countersign.store.SchemaLook;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Countersign's own database. */
final class OwnDatabaseChecks {
  static final int OLDEST = 15;
  static final int NEWEST = 18;

  private static final String WHAT = "Countersign's own database";
  private static final Set<String> DURABLE = Set.of("on", "remote_apply");

  private final Settings settings;
  private final InstantSource clock;
  private final Results results = new Results();

  OwnDatabaseChecks(Settings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  List<Result> look() {
    try (var schema =
        Schema.open(settings.databaseUrl(), settings.databaseUser(), settings.databasePassword())) {
      var look = schema.look();
      server(look);
      new Clocks(clock).compare(results, "its clock", look.now());
      schema(schema, look);
    } catch (Database.Unreachable unreachable) {
      results.finding(
          WHAT,
          String.valueOf(unreachable.getMessage()),
          "start it, or correct COUNTERSIGN_DATABASE_URL, _USER and _PASSWORD.");
    }
    return results.list();
  }

  private void server(SchemaLook look) {
    results.check(
        look.major() >= OLDEST && look.major() <= NEWEST,
        WHAT,
        "PostgreSQL " + look.major() + ", as " + look.user(),
        "It is PostgreSQL " + look.major() + ".",
        "take one of " + OLDEST + " to " + NEWEST + ".");
    if (look.standby()) {
      results.finding(
          WHAT,
          "It is a standby: nothing can be written.",
          "point COUNTERSIGN_DATABASE_URL at the primary.");
    }
    results.check(
        DURABLE.contains(look.synchronousCommit()),
        "its synchronous_commit",
        look.synchronousCommit(),
        "It is " + look.synchronousCommit() + ": a vote could be lost with the power.",
        "ALTER DATABASE … SET synchronous_commit = on, and look what else was made faster there.");
  }

  private void schema(Schema schema, SchemaLook look) {
    var what = "its schema";
    List<String> pending;
    try {
      pending = schema.pending();
    } catch (RuntimeException hidden) {
      results.finding(
          what,
          look.user() + " may not see whether it is up to date.",
          "run countersign migrate --grant-to " + look.user() + " with the owner's login.");
      return;
    }
    results.check(
        pending.isEmpty(),
        what,
        "up to date",
        "It lacks " + String.join(", ", pending) + ".",
        "run countersign migrate with the owner's login, and --grant-to " + look.user() + ".");
    if (pending.isEmpty()) {
      rights(look);
    }
  }

  private void rights(SchemaLook look) {
    var what = "the rights of " + look.user() + " in it";
    if (look.mighty()) {
      results.finding(
          what,
          "It owns the schema or is a superuser, so whoever takes over the bot could change votes"
              + " and switch triggers off.",
          "CREATE ROLE countersign_serve LOGIN PASSWORD …; countersign migrate --grant-to"
              + " countersign_serve; and serve with that login.");
      return;
    }
    var grant = "run countersign migrate --grant-to " + look.user() + " with the owner's login.";
    if (!look.excess().isEmpty()) {
      results.finding(
          what, "More than serving needs: " + String.join("; ", look.excess()) + ".", grant);
    }
    if (!look.missing().isEmpty()) {
      results.finding(what, "Missing: " + String.join("; ", look.missing()) + ".", grant);
    }
    if (look.excess().isEmpty() && look.missing().isEmpty()) {
      results.fine(what, "what serving needs, and no more");
    }
  }
}
