package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.action.ActionFailed;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.sandbox.postgres.PgPrograms;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL's programs are those of the server's own version, or the bot says how to get them. */
class MissingProgramsTest {
  private static final int NOT_INSTALLED = 99;

  @TempDir private Path empty;

  @Test
  void a_missing_client_program_is_named_with_the_command_that_installs_it() {
    var programs = new ClientPrograms(List.of(empty), empty);

    var failed =
        catchThrowableOfType(ActionFailed.class, () -> programs.find("pg_dump", NOT_INSTALLED));

    assertThat(failed.problem().doing()).isEqualTo("looking for pg_dump of PostgreSQL 99");
    assertThat(failed.problem().next())
        .isEqualTo("Install it: apt-get install postgresql-client-99. Then retry.");
  }

  @Test
  void a_missing_server_program_is_named_with_the_command_that_installs_it() {
    var failed =
        catchThrowableOfType(
            RestorerUnavailable.class,
            () -> new ServerPrograms("").path(NOT_INSTALLED, "pg_waldump"));

    assertThat(failed.problem().doing()).isEqualTo("looking for pg_waldump of PostgreSQL 99");
    assertThat(failed.problem().next()).isEqualTo("Install it: apt-get install postgresql-99");
  }

  @Test
  void only_the_folder_that_an_estate_names_is_searched_for_server_programs() {
    var failed =
        catchThrowableOfType(
            RestorerUnavailable.class,
            () -> new ServerPrograms(empty.toString()).path(NOT_INSTALLED, "pg_ctl"));

    assertThat(failed.problem().happened()).isEqualTo("it is not in " + empty + ".");
  }

  @Test
  void server_programs_of_another_version_are_not_taken_and_their_version_is_told() {
    var programs = PgPrograms.find();

    var failed =
        catchThrowableOfType(
            RestorerUnavailable.class,
            () -> new ServerPrograms(programs.bin().toString()).path(NOT_INSTALLED, "pg_ctl"));

    assertThat(failed.problem().happened())
        .isEqualTo(
            "it is not in %s. What is there is of PostgreSQL %d."
                .formatted(programs.bin(), programs.major()));
  }
}
