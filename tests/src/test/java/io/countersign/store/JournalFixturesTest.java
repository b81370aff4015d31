package io.countersign.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.countersign.run.RunEvent;
import io.countersign.support.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
      write(Samples.events());
    }
    var stored = mapper.readTree(Files.readString(FIXTURE));
    var expected = Samples.events();
    assertThat(stored).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      var row = stored.get(i);
      assertThat(
              codec.decode(
                  row.get("kind").asText(), row.get("v").asInt(), row.get("body").toString()))
          .isEqualTo(expected.get(i));
    }
  }

  @Test
  void an_unknown_kind_says_that_a_newer_bot_is_needed() {
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> codec.decode("teleported", 1, "{}")))
        .isInstanceOf(Json.UnknownForm.class)
        .hasMessageContaining("needs a newer bot");
  }

  private void write(List<RunEvent> events) throws Exception {
    var rows =
        events.stream()
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
            .toList();
    Files.writeString(FIXTURE, mapper.writeValueAsString(rows) + "\n");
  }
}
