package io.countersign.doctor;

import io.countersign.estate.Tenant;
import io.countersign.postgres.ServerLook;
import java.util.List;
import java.util.stream.Collectors;

/** One tenants' server, and what the bot's login may do there. */
final class ServerChecks {
  private static final String GRANTS = "; manifest/estates/*-grants.sql gives all of them.";

  private final String what;
  private final ServerLook look;
  private final Results results = new Results();

  ServerChecks(String what, ServerLook look) {
    this.what = what;
    this.look = look;
  }

  /**
   * @param tenants those of this server
   */
  List<Result> look(List<Tenant> tenants) {
    boolean known =
        look.major() >= OwnDatabaseChecks.OLDEST && look.major() <= OwnDatabaseChecks.NEWEST;
    results.check(
        known && !look.standby(),
        what,
        "PostgreSQL " + look.major() + ", primary, as " + look.user(),
        look.standby() ? "It is a standby." : "It is PostgreSQL " + look.major() + ".",
        look.standby()
            ? "point its row in the registry at the primary."
            : "versions 15 to 18 are supported.");
    rights();
    owners(tenants);
    archiving();
    return results.list();
  }

  private void rights() {
    var of = "the bot's rights on " + what;
    if (look.superuser()) {
      results.finding(
          of,
          look.user() + " is a superuser.",
          "give the bot a role of its own: it must not be one. ALTER ROLE … NOSUPERUSER, or"
              + " manifest/estates/*-grants.sql.");
      return;
    }
    var missing = look.rights().stream().filter(it -> !it.held()).toList();
    missing.forEach(it -> results.finding(of, "It lacks " + it.name() + ".", it.remedy() + GRANTS));
    if (missing.isEmpty()) {
      results.fine(
          of, look.rights().stream().map(ServerLook.Right::name).collect(Collectors.joining(", ")));
    }
  }

  private void owners(List<Tenant> tenants) {
    var of = "the tenants' databases on " + what;
    boolean fine = true;
    for (var tenant : tenants) {
      var database =
          look.databases().stream().filter(it -> it.name().equals(tenant.database())).findFirst();
      if (database.isEmpty()) {
        fine = false;
        results.finding(
            of,
            "The registry names "
                + tenant.database()
                + " of "
                + tenant.ref().slug()
                + ", and there is none.",
            "correct the registry, or find out who renamed it.");
      } else {
        fine &= owned(of, database.get());
      }
    }
    if (fine) {
      results.fine(of, "the bot is a member of the owners of " + tenants.size());
    }
  }

  private boolean owned(String of, ServerLook.Kept database) {
    if (!database.member()) {
      results.finding(
          of,
          "The bot is no member of " + database.owner() + ", the owner of " + database.name() + ".",
          "GRANT \"" + database.owner() + "\" TO \"" + look.user() + "\"" + GRANTS);
    }
    if (!database.unalterable().isEmpty()) {
      results.finding(
          of,
          "The settings of "
              + String.join(", ", database.unalterable())
              + " in "
              + database.name()
              + " cannot be copied.",
          "from PostgreSQL 16 on: GRANT … TO \""
              + look.user()
              + "\" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
              + GRANTS);
    }
    return database.member() && database.unalterable().isEmpty();
  }

  private void archiving() {
    var of = "the WAL archive of " + what;
    results.check(
        look.archiving().on() && !look.archiveFailing(),
        of,
        "on",
        look.archiving().on()
            ? "archive_command has failed since it last succeeded."
            : "wal_level is "
                + look.archiving().walLevel()
                + " and archive_mode is "
                + look.archiving().mode()
                + ".",
        look.archiving().on()
            ? "look at the server's log, and free or mend the archive."
            : "set wal_level = replica, archive_mode = on and archive_command, restart it, and make"
                + " a base backup.");
  }
}
