package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.ActionFailed;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What newer clients write than the one that the other tests run: pg_dump 17.11 with zstd. */
class DumpedSchemaTest {
  private static final Path DUMPS = Path.of("src/test/resources/dumps");

  @ParameterizedTest
  @ValueSource(strings = {"17/custom.dump", "17"})
  void a_newer_clients_dump_says_of_which_database_it_is_and_what_it_holds(String dump)
      throws ActionFailed {
    var archive = DumpedSchema.read("reading", DUMPS.resolve(dump)).archive();

    assertThat(archive.database()).isEqualTo("acme");
    assertThat(archive.entries())
        .extracting(SchemaArchive.Entry::shown)
        .contains(
            "SCHEMA members",
            "TABLE members.member",
            "TABLE DATA members.member",
            "VIEW members.names",
            "CONSTRAINT members.member member_pkey");
  }
}
