package io.countersign.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.countersign.RunId;
import io.countersign.estate.BackupRef;
import io.countersign.run.RunEvent;
import io.countersign.runbook.Value;
import io.countersign.support.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Journals of every version that ever wrote one are read by this version: the fixtures are only
 * ever added to.
 */
class JournalFixturesTest {
  private static final Path FIXTURE = Path.of("src/test/resources/journals/v1.json");
  private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private final EventCodec codec = new EventCodec(new Json());

  @Test
  void every_event_of_version_one_is_read_as_it_was_meant() throws Exception {
    if ("write".equals(System.getProperty("golden"))) {
      add(Stream.concat(Samples.firstEvents().stream(), later().stream()).toList());
    }
    var stored = mapper.readTree(Files.readString(FIXTURE));
    var expected = Stream.concat(Samples.firstEvents().stream(), later().stream()).toList();
    assertThat(stored).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      var row = stored.get(i);
      assertThat(
              codec.decode(
                  row.get("kind").asText(), row.get("v").asInt(), row.get("body").toString()))
          .isEqualTo(expected.get(i));
    }
  }

  /** What events came to say after some had been written without it, and kinds that came later. */
  private static List<RunEvent> later() {
    return List.of(
        new RunEvent.GateApproved(
            "one",
            Samples.GATE,
            List.of(Samples.BOB),
            Instant.parse("2026-11-21T13:15:00Z"),
            Optional.of(Instant.parse("2026-11-21T13:00:00Z"))),
        new RunEvent.Requested(
            Samples.spec(
                new RunId("7k2m9qxd"),
                Samples.ACME,
                Samples.ALICE,
                Optional.of("restore drill"),
                "runbook: sample")),
        new RunEvent.SkipRequested(Samples.BOB, "one"),
        Samples.putOff(),
        new RunEvent.Requested(
            Samples.with(
                Samples.spec(new RunId("7k2m9qxd"), "runbook: sample"),
                "backup",
                new Value.OfBackup(
                    new BackupRef(
                        "7k2m9qxd-dump-1", Optional.of(Instant.parse("2026-11-20T02:00:00Z")))))));
  }

  @Test
  void an_unknown_kind_says_that_a_newer_bot_is_needed() {
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> codec.decode("teleported", 1, "{}")))
        .isInstanceOf(Json.UnknownForm.class)
        .hasMessageContaining("needs a newer bot");
  }

  /** Rows that stand are what old versions wrote; they are left as they are. */
  private void add(List<RunEvent> events) throws Exception {
    var rows = new ArrayList<Object>();
    mapper.readTree(Files.readString(FIXTURE)).forEach(rows::add);
    rows.addAll(
        events.stream()
            .skip(rows.size())
            .map(codec::encode)
            .map(
                it -> {
                  try {
                    var row = new LinkedHashMap<String, Object>();
                    row.put("body", mapper.readTree(it.body()));
                    row.put("v", it.version());
                    row.put("kind", it.kind());
                    return row;
                  } catch (com.fasterxml.jackson.core.JsonProcessingException bug) {
                    throw new IllegalStateException(bug);
                  }
                })
            .toList());
    Files.writeString(FIXTURE, mapper.writeValueAsString(rows) + "\n");
  }
}
