package io.countersign.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.countersign.support.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema that editors use, against the reader that decides. */
class RunbookSchemaTest {
  private static final Path FIXTURES = Path.of("src/test/resources/runbooks");
  private static final Path SHIPPED = Path.of("../runbooks");
  private static final long SEED = 20_261_121;
  private static final int MUTANTS = 150;

  /** Their keys are names, not ours; what is added there is no unknown key. */
  private static final Set<String> FREE = Set.of("/parameters", "/when");

  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(RunbookSchema.of(Signatures.all()));

  /** What the schema and the reader must both see. */
  enum Fault {
    UNKNOWN_KEY,
    WRONG_TYPE,
    UNKNOWN_ACTION,
    MISSING_KEY
  }

  static Stream<Path> good() throws IOException {
    return Stream.concat(yaml(FIXTURES.resolve("valid")), yaml(SHIPPED));
  }

  @ParameterizedTest
  @MethodSource("good")
  void a_good_runbook_is_valid(Path file) throws IOException {
    assertThat(SCHEMA.validate(YamlAsJson.of(Files.readString(file)))).isEmpty();
  }

  /** The list says for which problems an editor is enough. */
  @Test
  void which_bad_runbooks_the_schema_refuses_is_known() throws IOException {
    var verdicts = new StringBuilder();
    for (var file : yaml(FIXTURES.resolve("invalid")).toList()) {
      YamlAsJson.ifAny(Files.readString(file))
          .ifPresent(
              it ->
                  verdicts
                      .append(refuses(it) ? "refuses " : "accepts ")
                      .append(file.getFileName())
                      .append('\n'));
    }

    assertThat(verdicts.toString())
        .contains("refuses unknown-keys.yaml", "refuses missing-keys.yaml");
    Golden.check("runbook-schema.txt", verdicts.toString());
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void a_fault_of_form_is_refused_by_schema_and_reader(Fault fault) throws IOException {
    var random = new Random(SEED);
    var files = good().toList();
    int made = 0;
    for (int i = 0; i < MUTANTS; i++) {
      var tree = YamlAsJson.of(Files.readString(files.get(random.nextInt(files.size()))));
      if (mutated(tree, fault, random)) {
        made++;
        assertThat(read(tree))
            .as(tree.toPrettyString())
            .isInstanceOf(RunbookReader.Read.Invalid.class);
        assertThat(refuses(tree)).as(tree.toPrettyString()).isTrue();
      }
    }
    assertThat(made).isGreaterThan(MUTANTS / 2);
  }

  @Test
  void what_the_schema_refuses_the_reader_refuses_whatever_is_written() throws IOException {
    var random = new Random(SEED);
    var files = good().toList();
    var words =
        List.of(
            "",
            " ",
            "x y",
            "-3",
            "4h",
            "14:30",
            "${to}",
            "${",
            "true",
            "False",
            "99999",
            "a@b",
            "medsuite@pg-1",
            "2026-04-22T14:30+0200",
            "10 GB",
            "/x",
            "ADMIN",
            "abort",
            "acme");
    int refused = 0;
    for (int i = 0; i < 4 * MUTANTS; i++) {
      var tree = YamlAsJson.of(Files.readString(files.get(random.nextInt(files.size()))));
      var spots = spots(tree, "");
      var spot = spots.get(random.nextInt(spots.size()));
      if (random.nextInt(4) == 0) {
        spot.table().remove(spot.key());
      } else {
        spot.table().put(spot.key(), words.get(random.nextInt(words.size())));
      }
      if (refuses(tree)) {
        refused++;
        assertThat(read(tree))
            .as(tree.toPrettyString())
            .isInstanceOf(RunbookReader.Read.Invalid.class);
      }
    }
    assertThat(refused).isBetween(MUTANTS / 2, 4 * MUTANTS - 1);
  }

  /** A key somewhere in the tree; {@code kind} is the name under which its table stands. */
  private record Spot(String kind, ObjectNode table, String key) {}

  private static List<Spot> spots(JsonNode node, String kind) {
    var spots = new ArrayList<Spot>();
    if (node instanceof ObjectNode table) {
      table
          .properties()
          .forEach(
              it -> {
                spots.add(new Spot(kind, table, it.getKey()));
                spots.addAll(spots(it.getValue(), "/" + it.getKey()));
              });
    } else if (node instanceof ArrayNode items) {
      items.forEach(it -> spots.addAll(spots(it, kind + "/-")));
    }
    return spots;
  }

  private static boolean mutated(JsonNode tree, Fault fault, Random random) {
    var spots = spots(tree, "").stream().filter(it -> fits(it, fault)).toList();
    if (spots.isEmpty()) {
      return false;
    }
    var spot = spots.get(random.nextInt(spots.size()));
    switch (fault) {
      case UNKNOWN_KEY -> spot.table().put("colour", "red");
      case WRONG_TYPE -> {
        if (spot.table().get(spot.key()).isObject()) {
          spot.table().putArray(spot.key()).add("x");
        } else {
          spot.table().putObject(spot.key()).put("x", "y");
        }
      }
      case UNKNOWN_ACTION -> spot.table().put("action", "tenant.thaw");
      case MISSING_KEY -> spot.table().remove(spot.key());
    }
    return true;
  }

  private static boolean fits(Spot spot, Fault fault) {
    return switch (fault) {
      case UNKNOWN_KEY -> !FREE.contains(spot.kind());
      case WRONG_TYPE -> true;
      case UNKNOWN_ACTION -> spot.key().equals("action");
      case MISSING_KEY ->
          Set.of("runbook", "title", "estates", "steps", "id", "action", "type", "expires", "with")
                  .contains(spot.key())
              && !spot.kind().equals("/with")
              && !spot.kind().equals("/parameters");
    };
  }

  private static boolean refuses(JsonNode tree) {
    return !SCHEMA.validate(tree).isEmpty();
  }

  /** JSON is YAML. */
  private static RunbookReader.Read read(JsonNode tree) {
    return Signatures.read("mutant", tree.toString());
  }

  private static Stream<Path> yaml(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(it -> it.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }
}
