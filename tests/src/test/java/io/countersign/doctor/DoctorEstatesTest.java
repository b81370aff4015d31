package io.countersign.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.PgPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What goes wrong in an estate: its registry, secrets, servers, base backups, programs. */
class DoctorEstatesTest extends DoctorRig {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AS server, t.db_config_ref | AS machine, t.db_config_ref | column name server",
        "AS admin_secret            | AS secret_of_admin          | column name admin_secret",
        "SET status = :wanted       | SET state = :wanted         | set-status of medsuite",
        "INSERT INTO identity.tenant_audit | INSERT INTO identity.audit | audit of medsuite"
      })
  void a_registry_query_that_does_not_fit(String before, String after, String wrong)
      throws IOException {
    edit(it -> it.replace(before, after));

    only("the registry of medsuite", wrong, "correct registry in the estate's file");
  }

  @Test
  void a_registry_in_which_the_bot_may_not_change_the_status() {
    planted(
        "medsuite",
        "REVOKE UPDATE (status) ON identity.tenant FROM " + BOT,
        "GRANT UPDATE (status) ON identity.tenant TO " + BOT,
        () ->
            only(
                "the registry of medsuite",
                "set-status of medsuite: 42501 permission denied for table tenant",
                "the grants"));
  }

  @Test
  void a_command_whose_program_is_missing_and_one_that_may_not_be_run() throws IOException {
    var closed = Files.writeString(folder.resolve("archive-tenant"), "#!/bin/sh\n");
    edit(
        it ->
            it.replaceAll("(?m)^    (set-status|enrol|withdraw): [|]\n(      .*\n)+", "")
                .replace(
                    "  queries:\n",
                    """
                      commands:
                        set-status: { command: [/bin/true, "{slug}", "{to}"], time-out: 1m }
                        enrol:
                          command: [/nowhere/pnpm, "{slug}", "{database}", "{secret}"]
                          time-out: 1m
                        withdraw: { command: [%s, "{slug}"], time-out: 1m }
                      queries:
                    """
                        .formatted(closed)));

    assertThat(findings())
        .extracting(Result.Finding::what, Result.Finding::wrong)
        .containsExactly(
            tuple(
                "the commands of medsuite",
                "/nowhere/pnpm, which registry.commands.enrol names, cannot be run here."),
            tuple(
                "the commands of medsuite",
                closed + ", which registry.commands.withdraw names, cannot be run here."));
    assertThat(results())
        .contains(
            new Result.Fine("the commands of medsuite", "registry.commands.set-status can be run"));
  }

  @Test
  void a_missing_secret() throws IOException {
    var secret = world.medsuite().secrets().resolve(MedsuiteEstate.secretOf("globex"));
    var aside = Files.move(secret, folder.resolve("aside"));
    try {
      only("the secrets of medsuite's tenants", "there is no file " + secret, "Create it");
    } finally {
      Files.move(aside, secret);
    }
  }

  @Test
  void a_secret_that_others_can_read() throws IOException {
    var secret = world.medsuite().secrets().resolve(MedsuiteEstate.secretOf("globex"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    try {
      only("the secrets of medsuite's tenants", "others than its owner", "chmod 600");
    } finally {
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void rights_that_the_bot_lacks_on_the_server_are_found_each_with_its_statement() {
    planted(
        "postgres",
        """
        ALTER ROLE countersign_bot NOCREATEDB NOCREATEROLE;
        REVOKE pg_signal_backend, tenant_acme_owner FROM countersign_bot;
        REVOKE EXECUTE ON FUNCTION pg_switch_wal() FROM countersign_bot\
        """,
        """
        ALTER ROLE countersign_bot CREATEDB CREATEROLE;
        GRANT pg_signal_backend, tenant_acme_owner TO countersign_bot;
        GRANT EXECUTE ON FUNCTION pg_switch_wal() TO countersign_bot\
        """,
        () ->
            assertThat(findings())
                .allMatch(it -> it.remedy().contains("manifest/estates/*-grants.sql"))
                .extracting(Result.Finding::line)
                .satisfiesExactlyInAnyOrder(
                    it -> assertThat(it).contains("lacks CREATEDB", "\"countersign_bot\" CREATEDB"),
                    it -> assertThat(it).contains("lacks CREATEROLE", "ALTER ROLE"),
                    it -> assertThat(it).contains("lacks pg_signal_backend", "GRANT pg_signal"),
                    it -> assertThat(it).contains("lacks EXECUTE of pg_switch_wal()", "GRANT EX"),
                    it ->
                        assertThat(it)
                            .contains("no member of tenant_acme_owner", "owner of tenant_acme.")
                            .contains("GRANT \"tenant_acme_owner\" TO \"countersign_bot\"")));
  }

  @Test
  void a_bot_that_is_a_superuser() {
    planted(
        "postgres",
        "ALTER ROLE countersign_bot SUPERUSER",
        "ALTER ROLE countersign_bot NOSUPERUSER",
        () -> only("the bot's rights on the server pg-us-east-1", "superuser", "NOSUPERUSER"));
  }

  @Test
  void a_tenant_whose_database_is_not_there() {
    planted(
        "postgres",
        "ALTER DATABASE tenant_acme RENAME TO tenant_lost",
        "ALTER DATABASE tenant_lost RENAME TO tenant_acme",
        () ->
            only(
                "the tenants' databases on the server pg-us-east-1",
                "names tenant_acme of acme, and there is none",
                "find out who renamed it"));
  }

  @Test
  void a_server_that_cannot_be_reached() {
    planted(
        "medsuite",
        "UPDATE identity.db_server SET port = 1",
        "UPDATE identity.db_server SET port = " + world.medsuite().live().port(),
        () -> only("the server pg-us-east-1", "cannot log in", "its row in the registry"));
  }

  @Test
  void no_base_backup_of_this_server() {
    environment.put("MEDSUITE_BASE_BACKUPS", folder.toString());

    only("base backups of the server pg-us-east-1", "no finished one", "pg_basebackup -c fast");
  }

  @Test
  void base_backups_that_nobody_makes_any_more() {
    // nine days on, every other clock differs as well
    clock = InstantSource.offset(InstantSource.system(), Duration.ofDays(9));

    assertThat(findings())
        .anyMatch(it -> it.wrong().contains("is 9 days old") && it.remedy().contains("every week"));
  }

  @Test
  void an_archive_that_is_not_the_server_s() {
    environment.put("MEDSUITE_ARCHIVE", folder.toString());

    only("archived WAL of the server pg-us-east-1", "is not in " + folder, "archive_command");
  }

  @Test
  void programs_that_are_not_installed() throws IOException {
    var empty = Files.createDirectory(folder.resolve("bin"));
    edit(it -> it + "  programs: " + empty + "\n");

    var major = PgPrograms.find().major();
    only(
        "programs of PostgreSQL " + major + " on this host",
        "pg_ctl",
        "apt-get install postgresql-" + major);
  }

  @Test
  void a_clock_that_is_two_minutes_ahead() {
    clock = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(2));

    assertThat(findings())
        .hasSize(3)
        .allMatch(it -> it.wrong().matches("This machine's clock is 1[12]\\d s ahead of it\\."))
        .allMatch(it -> it.remedy().contains("NTP"))
        .extracting(Result.Finding::what)
        .containsExactlyInAnyOrder("Slack's clock", "its clock", "the clock of pg-us-east-1");
  }

  // What stands beside a server

  @Test
  void a_console_of_PgBouncer_that_does_not_answer() throws IOException {
    beside("pgbouncers: [{ host: 127.0.0.1, port: 1, login: registry-admin }]");

    only("the PgBouncers before pg-us-east-1", "127.0.0.1:1", "");
  }

  @Test
  void a_console_of_PgBouncer_whose_login_is_not_there() throws IOException {
    beside("pgbouncers: [{ host: 127.0.0.1, port: 1, login: no-such-login }]");

    only("the PgBouncers before pg-us-east-1", "no-such-login", "");
  }

  @Test
  void a_standby_that_does_not_answer() throws IOException {
    beside("replicas: [{ host: 127.0.0.1, port: 1 }]");

    only(
        "the standby 127.0.0.1:1 of pg-us-east-1",
        "It ",
        "correct servers.pg-us-east-1.replicas in the estate's file");
  }

  @Test
  void a_standby_that_is_the_server_itself() throws IOException {
    int port = world.medsuite().botLogin().port();
    beside("replicas: [{ host: 127.0.0.1, port: " + port + " }]");

    only(
        "the standby 127.0.0.1:" + port + " of pg-us-east-1",
        "not in recovery",
        "correct servers.pg-us-east-1.replicas in the estate's file");
  }

  private void beside(String what) throws IOException {
    edit(it -> it + "\nservers:\n  pg-us-east-1: { " + what + " }\n");
  }
}
