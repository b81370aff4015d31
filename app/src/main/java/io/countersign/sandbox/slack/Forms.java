package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a person entered into a view, as Slack writes it into {@code view.state.values}. A value is
 * a text, or a list of texts where several may be chosen; options are named by their {@code value}.
 * The elements of menus that are filled while somebody types have the options that were offered.
 */
final class Forms {

  private Forms() {}

  static ObjectNode state(JsonNode blocks, Map<String, ? extends Map<String, ?>> entered) {
    ObjectNode values = Json.object();
    for (Elements.Found found : Elements.all(blocks)) {
      String type = Json.text(found.element(), "type");
      if (!type.equals("button") && !type.equals("overflow")) {
        String block = Json.text(found.block(), "block_id");
        String action = Json.text(found.element(), "action_id");
        Map<String, ?> inBlock = entered.get(block);
        Object value = inBlock == null ? null : inBlock.get(action);
        ObjectNode choice =
            value == null ? initial(found.element(), type) : choice(found.element(), value);
        values.withObjectProperty(block).set(action, choice.put("type", type));
      }
    }
    return values;
  }

  /** What is still missing, by block id, as Slack's client would say it. */
  static Map<String, String> missing(JsonNode blocks, ObjectNode values) {
    Map<String, String> missing = new LinkedHashMap<>();
    for (Elements.Found found : Elements.all(blocks)) {
      ObjectNode block = found.block();
      boolean required =
          Json.text(block, "type").equals("input") && !block.path("optional").asBoolean(false);
      String id = Json.text(block, "block_id");
      JsonNode state = values.path(id).path(Json.text(found.element(), "action_id"));
      if (required && isEmpty(state)) {
        missing.put(id, "Please complete this required field.");
      }
    }
    return missing;
  }

  private static boolean isEmpty(JsonNode state) {
    for (Map.Entry<String, JsonNode> field : state.properties()) {
      boolean isValue = !field.getKey().equals("type");
      JsonNode value = field.getValue();
      boolean filled = value.isContainerNode() ? !value.isEmpty() : !value.asText("").isEmpty();
      if (isValue && filled) {
        return false;
      }
    }
    return true;
  }

  private static ObjectNode initial(ObjectNode element, String type) {
    Map<String, String> names =
        Map.of(
            "initial_value", "value",
            "initial_option", "selected_option",
            "initial_options", "selected_options",
            "initial_date", "selected_date",
            "initial_time", "selected_time",
            "initial_date_time", "selected_date_time",
            "initial_user", "selected_user",
            "initial_channel", "selected_channel",
            "initial_conversation", "selected_conversation");
    ObjectNode choice = Json.object();
    names.forEach(
        (from, to) -> {
          if (element.hasNonNull(from)) {
            choice.set(to, element.get(from));
          }
        });
    if (choice.isEmpty() && (type.equals("checkboxes") || type.startsWith("multi_"))) {
      choice.putArray("selected_options");
    } else if (choice.isEmpty()) {
      choice.putNull(emptyName(type));
    }
    return choice;
  }

  private static String emptyName(String type) {
    return switch (type) {
      case "static_select", "external_select", "radio_buttons" -> "selected_option";
      case "datepicker" -> "selected_date";
      case "timepicker" -> "selected_time";
      case "datetimepicker" -> "selected_date_time";
      case "users_select" -> "selected_user";
      case "channels_select" -> "selected_channel";
      case "conversations_select" -> "selected_conversation";
      default -> "value";
    };
  }

  /** What choosing this value adds to an element's state or action. */
  static ObjectNode choice(ObjectNode element, Object value) {
    String type = Json.text(element, "type");
    String text =
        value instanceof List<?> list && !list.isEmpty() ? list.getFirst() + "" : value + "";
    ObjectNode choice = Json.object();
    if (text.isEmpty() && !type.equals("button")) {
      return choice.putNull(emptyName(type));
    }
    switch (type) {
      case "button" -> {}
      case "external_select" -> {
        if (!isOffered(element, text)) {
          return choice.putNull(emptyName(type));
        }
        choice.set("selected_option", option(element, text));
      }
      case "static_select", "radio_buttons", "overflow" ->
          choice.set("selected_option", option(element, text));
      case "checkboxes", "multi_static_select", "multi_external_select" -> {
        ArrayNode options = choice.putArray("selected_options");
        texts(value)
            .filter(one -> !type.contains("external") || isOffered(element, one))
            .forEach(one -> options.add(option(element, one)));
      }
      case "multi_users_select" -> {
        ArrayNode users = choice.putArray("selected_users");
        texts(value).forEach(users::add);
      }
      case "datetimepicker" -> choice.put("selected_date_time", Long.parseLong(text));
      default -> choice.put(emptyName(type), text);
    }
    return choice;
  }

  private static Stream<String> texts(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf)
        : Stream.of(String.valueOf(value));
  }

  private static JsonNode option(ObjectNode element, String value) {
    for (JsonNode option : element.path("options")) {
      if (Json.text(option, "value").equals(value)) {
        return option;
      }
    }
    for (JsonNode group : element.path("option_groups")) {
      for (JsonNode option : group.path("options")) {
        if (Json.text(option, "value").equals(value)) {
          return option;
        }
      }
    }
    throw new IllegalArgumentException("there is no option " + value + " to choose");
  }

  /** What was typed into a menu but not chosen from it is nothing. */
  private static boolean isOffered(ObjectNode element, String value) {
    for (JsonNode option : element.path("options")) {
      if (Json.text(option, "value").equals(value)) {
        return true;
      }
    }
    return false;
  }
}
