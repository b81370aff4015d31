package io.countersign.yaml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.Role;
import io.countersign.runbook.ActionSignature;
import io.countersign.runbook.Lint;
import io.countersign.runbook.Readings;
import io.countersign.runbook.Risk;
import io.countersign.runbook.ValueType;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The JSON Schema of runbooks, made from what the reader and the actions declare, so that editors
 * complete and check while somebody writes. It refuses nothing that the reader takes; what needs
 * more than one place to be seen, such as references, only the reader refuses.
 */
public final class RunbookSchema {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RunbookSchema() {}

  /** The schema as text, ends with a line break. */
  public static String of(Collection<ActionSignature> actions) {
    var sorted = actions.stream().sorted(Comparator.comparing(ActionSignature::name)).toList();
    var schema = file();
    schema.set("$defs", definitions(sorted));
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a tree can always be written", impossible);
    }
  }

  private static ObjectNode file() {
    var schema =
        NODES
            .objectNode()
            .put("$schema", "https://json-schema.org/draft/2020-12/schema")
            .put("$id", "urn:countersign:runbook")
            .put("title", "A Countersign runbook");
    var file = closed(RunbookReader.KEYS, List.of("runbook", "title", "estates", "steps"));
    var keys = (ObjectNode) file.get("properties");
    keys.set("runbook", word(Lint.WORD, Lint.LONGEST_NAME));
    keys.set("title", reference("line"));
    keys.set("estates", reference("words"));
    keys.set("command", word(Lint.COMMAND, Lint.LONGEST_COMMAND));
    keys.set("requester", reference("role"));
    var parameters = NODES.objectNode().put("type", "object");
    parameters.put("maxProperties", Lint.MOST_PARAMETERS);
    parameters.set("propertyNames", word(Lint.WORD, Lint.LONGEST_ID));
    parameters.set("additionalProperties", reference("parameter"));
    keys.set("parameters", parameters);
    keys.set("steps", list("step"));
    keys.set("on-abort", list("abort-line"));
    var targets = NODES.objectNode().put("type", "object");
    targets.set("propertyNames", word(Lint.WORD, Lint.LONGEST_ID));
    targets.set("additionalProperties", reference("duration"));
    keys.set("targets", targets);
    schema.setAll(file);
    return schema;
  }

  private static ObjectNode definitions(List<ActionSignature> actions) {
    var all = NODES.objectNode();
    var scalar = NODES.objectNode();
    scalar.set("type", NODES.arrayNode().add("string").add("number").add("boolean"));
    all.set("text", scalar);
    all.set("word", scalar.deepCopy().put("pattern", "\\S"));
    all.set(
        "line",
        scalar.deepCopy().put("pattern", "\\S").put("maxLength", RunbookReader.LONGEST_TITLE));
    all.set("words", oneOrMore("word"));
    all.set("role", word(Role.SHAPE, 40));
    all.set("roles", oneOrMore("role"));
    all.set("duration", written(ValueType.DURATION));
    all.set("durations", oneOrMore("duration"));
    all.set("truth", written(ValueType.BOOLEAN));
    all.set("parameter", parameter());
    var when = NODES.objectNode().put("type", "object");
    when.put("minProperties", 1).put("maxProperties", 1);
    when.set("additionalProperties", reference("text"));
    all.set("when", when);
    all.set("gate", gate());
    for (var type : ValueType.values()) {
      all.set("input-" + type.word(), input(type));
    }
    all.set("step", line(StepReader.KEYS, List.of("id", "action"), actions));
    var harmless = actions.stream().filter(it -> it.risk() != Risk.DESTRUCTIVE).toList();
    all.set("abort-line", line(StepReader.ABORT_KEYS, List.of("action"), harmless));
    return all;
  }

  private static ObjectNode parameter() {
    var parameter = closed(RunbookReader.PARAMETER_KEYS, List.of("type"));
    var keys = (ObjectNode) parameter.get("properties");
    var types = NODES.objectNode();
    types.set("enum", strings(Arrays.stream(ValueType.values()).map(ValueType::word).toList()));
    keys.set("type", types);
    keys.set("help", reference("text").put("maxLength", RunbookReader.LONGEST_HELP));
    keys.set("default", reference("text"));
    keys.set("choices", reference("words"));
    keys.set("max", whole(1, RunbookReader.LONGEST_TEXT));
    keys.set("optional", reference("truth"));
    var cases = parameter.putArray("allOf");
    for (var type : ValueType.values()) {
      cases.add(given("type", type.word(), ofType(type)));
    }
    return parameter;
  }

  /** What else holds for a parameter of a type. */
  private static ObjectNode ofType(ValueType type) {
    var then = NODES.objectNode();
    var keys = then.putObject("properties");
    if (Readings.pattern(type).isPresent()) {
      keys.set("default", written(type));
    } else {
      keys.put("default", false);
    }
    if (type == ValueType.CHOICE) {
      then.putArray("required").add("choices");
    } else {
      keys.put("choices", false);
    }
    return then;
  }

  private static ObjectNode gate() {
    var gate = closed(StepReader.GATE_KEYS, List.of("expires"));
    var keys = (ObjectNode) gate.get("properties");
    keys.set("approvals", whole(1, 9));
    keys.set("from", reference("roles"));
    keys.set("expires", reference("duration"));
    var then = NODES.objectNode();
    then.set("enum", strings(List.of("abort", "hold")));
    keys.set("then", then);
    keys.set("valid-for", reference("duration"));
    keys.set("remind", reference("durations"));
    keys.set("evidence", reference("words"));
    keys.set("typed", reference("truth"));
    keys.set("cool-off", reference("duration"));
    var escalate = closed(StepReader.ESCALATE_KEYS, StepReader.ESCALATE_KEYS);
    var calls = (ObjectNode) escalate.get("properties");
    calls.set("after", reference("duration"));
    calls.set("to", word(Role.SHAPE, 40));
    keys.set("escalate", escalate);
    return gate;
  }

  private static ObjectNode line(
      List<String> known, List<String> needed, List<ActionSignature> actions) {
    var line = closed(known, needed);
    var keys = (ObjectNode) line.get("properties");
    var names = NODES.objectNode();
    names.set("enum", strings(actions.stream().map(ActionSignature::name).toList()));
    keys.set("action", names);
    keys.set("with", NODES.objectNode().put("type", "object"));
    keys.set("when", reference("when"));
    if (known.contains("id")) {
      keys.set("id", word(Lint.WORD, Lint.LONGEST_ID));
      keys.set("gate", reference("gate"));
      keys.set("optional", reference("truth"));
    }
    var cases = line.putArray("allOf");
    actions.forEach(it -> cases.add(given("action", it.name(), ofAction(it))));
    return line;
  }

  /** What else holds for a line with an action. */
  private static ObjectNode ofAction(ActionSignature action) {
    var inputs = new TreeMap<>(action.inputs());
    var needed = inputs.keySet().stream().filter(it -> !action.optionalInputs().contains(it));
    var with = closed(List.copyOf(inputs.keySet()), needed.toList());
    inputs.forEach(
        (name, type) ->
            ((ObjectNode) with.get("properties")).set(name, reference("input-" + type.word())));
    var then = NODES.objectNode();
    then.putObject("properties").set("with", with);
    var required = then.putArray("required");
    if (!with.get("required").isEmpty()) {
      required.add("with");
    }
    if (action.risk() == Risk.DESTRUCTIVE) {
      required.add("gate");
    }
    return then;
  }

  private static ObjectNode given(String key, String value, ObjectNode then) {
    var rule = NODES.objectNode();
    var condition = rule.putObject("if");
    condition.putObject("properties").putObject(key).put("const", value);
    condition.putArray("required").add(key);
    rule.set("then", then);
    return rule;
  }

  /** A value of a type, or a reference. */
  private static ObjectNode input(ValueType type) {
    var either = NODES.objectNode();
    var forms = either.putArray("anyOf");
    forms.add(
        NODES
            .objectNode()
            .put("type", "string")
            .put("pattern", whole(StepReader.REFERENCE.pattern())));
    if (type == ValueType.TEXT) {
      var text = reference("text");
      text.putObject("not").put("type", "string").put("pattern", "\\$\\{");
      forms.add(text);
    } else if (Readings.pattern(type).isPresent()) {
      forms.add(written(type));
    }
    return either;
  }

  /** A value as it is written: YAML may take a word for a number or a truth. */
  private static ObjectNode written(ValueType type) {
    var form = Readings.pattern(type).orElseThrow();
    var words = NODES.objectNode().put("type", "string").put("pattern", whole(form));
    return switch (type) {
      case TEXT, CHOICE, SECRET_NAME -> reference("text");
      case INT -> either(words, NODES.objectNode().put("type", "integer"));
      case BOOLEAN -> either(words, NODES.objectNode().put("type", "boolean"));
      case INSTANT, DURATION, SIZE, TENANT, SERVER, DATABASE, BACKUP -> words;
    };
  }

  private static ObjectNode whole(int least, int most) {
    return either(
        NODES.objectNode().put("type", "integer").put("minimum", least).put("maximum", most),
        NODES.objectNode().put("type", "string").put("pattern", "^0*[1-9][0-9]*$"));
  }

  private static ObjectNode either(ObjectNode one, ObjectNode other) {
    var either = NODES.objectNode();
    either.putArray("anyOf").add(one).add(other);
    return either;
  }

  /** An object with these keys and no others. */
  private static ObjectNode closed(List<String> known, List<String> needed) {
    var object = NODES.objectNode().put("type", "object");
    var keys = object.putObject("properties");
    known.forEach(it -> keys.put(it, true));
    object.set("required", strings(needed));
    return object.put("additionalProperties", false);
  }

  private static ObjectNode list(String item) {
    var list = NODES.objectNode().put("type", "array").put("minItems", 1);
    list.put("maxItems", Lint.MOST_STEPS);
    list.set("items", reference(item));
    return list;
  }

  private static ObjectNode oneOrMore(String item) {
    var many = NODES.objectNode().put("type", "array").put("minItems", 1);
    many.set("items", reference(item));
    return either(reference(item), many);
  }

  private static ObjectNode word(Pattern form, int longest) {
    return NODES
        .objectNode()
        .put("type", "string")
        .put("pattern", whole(form.pattern()))
        .put("maxLength", longest);
  }

  private static String whole(String pattern) {
    return "^(?:" + pattern + ")$";
  }

  private static ObjectNode reference(String definition) {
    return NODES.objectNode().put("$ref", "#/$defs/" + definition);
  }

  private static ArrayNode strings(List<String> words) {
    var array = NODES.arrayNode();
    words.forEach(array::add);
    return array;
  }
}
