package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The arguments of one Web API call, whether they came as a form or as JSON. */
final class Arguments {

  private final Map<String, String> values;

  private Arguments(Map<String, String> values) {
    this.values = values;
  }

  static Arguments parse(String contentType, String body, String query) {
    Map<String, String> values = new LinkedHashMap<>(form(query));
    if (contentType.startsWith("application/json")) {
      ObjectNode object = Json.parseObject(body).orElseThrow(() -> new Refused("invalid_json"));
      object
          .properties()
          .forEach(
              field -> {
                JsonNode value = field.getValue();
                if (!value.isNull()) {
                  values.put(
                      field.getKey(), value.isTextual() ? value.textValue() : value.toString());
                }
              });
    } else {
      values.putAll(form(body));
    }
    return new Arguments(values);
  }

  static Map<String, String> form(String body) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String pair : body.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        values.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
      }
    }
    return values;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  Map<String, String> values() {
    return values;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name) {
    return values.getOrDefault(name, "");
  }

  String required(String name) {
    String value = text(name);
    if (value.isEmpty()) {
      throw new Refused(
          "invalid_arguments", java.util.List.of("[ERROR] missing required field: " + name));
    }
    return value;
  }

  boolean flag(String name) {
    return text(name).equals("true") || text(name).equals("1");
  }

  int number(String name, int otherwise) {
    String value = text(name);
    try {
      return value.isEmpty() ? otherwise : Integer.parseInt(value);
    } catch (NumberFormatException notANumber) {
      throw new Refused("invalid_arguments");
    }
  }

  Optional<JsonNode> json(String name, String errorWhenBroken) {
    if (text(name).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(Json.parse(text(name)).orElseThrow(() -> new Refused(errorWhenBroken)));
  }
}
