package io.countersign.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.StringReader;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** YAML as an editor hands it to a schema: numbers and truths are no words any more. */
final class YamlAsJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private YamlAsJson() {}

  static JsonNode of(String text) {
    return ifAny(text).orElseThrow();
  }

  /** Empty where the text is no single document of YAML. */
  static Optional<JsonNode> ifAny(String text) {
    try {
      return Optional.ofNullable(new Yaml().compose(new StringReader(text))).map(YamlAsJson::node);
    } catch (YAMLException broken) {
      return Optional.empty();
    }
  }

  private static JsonNode node(Node node) {
    return switch (node) {
      case MappingNode mapping -> {
        var object = NODES.objectNode();
        mapping.getValue().forEach(it -> object.set(key(it.getKeyNode()), node(it.getValueNode())));
        yield object;
      }
      case SequenceNode sequence -> {
        var array = NODES.arrayNode();
        sequence.getValue().forEach(it -> array.add(node(it)));
        yield array;
      }
      case ScalarNode scalar -> scalar(scalar);
      default -> throw new IllegalArgumentException("no node: " + node);
    };
  }

  private static String key(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : node.toString();
  }

  private static JsonNode scalar(ScalarNode scalar) {
    var text = scalar.getValue();
    if (scalar.getScalarStyle() != ScalarStyle.PLAIN) {
      return NODES.textNode(text);
    }
    if (text.isEmpty()) {
      return NODES.nullNode();
    }
    if (text.matches("true|false")) {
      return NODES.booleanNode(Boolean.parseBoolean(text));
    }
    return text.matches("-?[0-9]{1,18}")
        ? NODES.numberNode(Long.parseLong(text))
        : NODES.textNode(text);
  }
}
