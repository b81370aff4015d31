package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The limits on what stands inside blocks: text objects, buttons, menus, confirmation dialogs. */
final class ElementRules {

  private static final Set<String> MENUS =
      Set.of("static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow");
  private static final Set<String> OTHERS =
      Set.of(
          "plain_text_input",
          "external_select",
          "multi_external_select",
          "users_select",
          "multi_users_select",
          "conversations_select",
          "multi_conversations_select",
          "channels_select",
          "multi_channels_select",
          "datepicker",
          "timepicker",
          "datetimepicker",
          "number_input",
          "email_text_input",
          "url_text_input",
          "rich_text_input",
          "file_input",
          "image",
          "workflow_button");

  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  private static final Pattern TIME = Pattern.compile("([01][0-9]|2[0-3]):[0-5][0-9]");

  private final List<String> problems;

  ElementRules(List<String> problems) {
    this.problems = problems;
  }

  void element(JsonNode element, String at) {
    atMost(Json.text(element, "action_id"), 255, at + "/action_id");
    String type = Json.text(element, "type");
    if (type.equals("button")) {
      button(element, at);
    } else if (MENUS.contains(type)) {
      menu(element, type, at);
    } else if (!OTHERS.contains(type)) {
      problem("unsupported type: " + type, at + "/type");
    }
    switch (type) {
      case "external_select" -> initialOption(element, at);
      case "datepicker" -> initial(element, "initial_date", DATE, at);
      case "timepicker" -> initial(element, "initial_time", TIME, at);
      case "plain_text_input" -> textInput(element, at);
      default -> {}
    }
    if (element.hasNonNull("placeholder")) {
      text(element.path("placeholder"), 150, true, at + "/placeholder");
    }
    if (element.hasNonNull("confirm")) {
      confirm(element.path("confirm"), at + "/confirm");
    }
  }

  private void button(JsonNode button, String at) {
    text(button.path("text"), 75, true, at + "/text");
    atMost(Json.text(button, "value"), 2000, at + "/value");
    atMost(Json.text(button, "url"), 3000, at + "/url");
    atMost(Json.text(button, "accessibility_label"), 75, at + "/accessibility_label");
    String style = Json.text(button, "style");
    if (!style.isEmpty() && !style.equals("primary") && !style.equals("danger")) {
      problem("must be a valid enum value", at + "/style");
    }
  }

  private void menu(JsonNode menu, String type, String at) {
    boolean few = type.equals("radio_buttons") || type.equals("checkboxes");
    int most = few ? 10 : type.equals("overflow") ? 5 : 100;
    if (menu.hasNonNull("option_groups")) {
      count(menu.path("option_groups"), 100, at + "/option_groups");
      return;
    }
    JsonNode options = menu.path("options");
    options(options, most, !few, at + "/options");
    if (menu.hasNonNull("initial_option") && !among(options, menu.path("initial_option"))) {
      problem("must be one of the provided options", at + "/initial_option");
    }
  }

  private static boolean among(JsonNode options, JsonNode wanted) {
    for (JsonNode option : options) {
      if (option.equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  void options(JsonNode options, int most, boolean plainOnly, String at) {
    count(options, most, at);
    for (int i = 0; i < options.size(); i++) {
      option(options.get(i), plainOnly, at + "/" + i);
    }
  }

  private void option(JsonNode option, boolean plainOnly, String at) {
    text(option.path("text"), 75, plainOnly, at + "/text");
    required(Json.text(option, "value"), 150, at + "/value");
  }

  private void initialOption(JsonNode menu, String at) {
    if (menu.hasNonNull("initial_option")) {
      option(menu.path("initial_option"), true, at + "/initial_option");
    }
  }

  private void initial(JsonNode picker, String field, Pattern form, String at) {
    if (picker.hasNonNull(field) && !form.matcher(Json.text(picker, field)).matches()) {
      problem("failed to match regexp " + form.pattern(), at + "/" + field);
    }
  }

  private void textInput(JsonNode input, String at) {
    int most = input.path("max_length").asInt(3000);
    if (most < 1 || most > 3000) {
      problem("must be between 1 and 3000", at + "/max_length");
    }
    atMost(Json.text(input, "initial_value"), most, at + "/initial_value");
  }

  private void confirm(JsonNode confirm, String at) {
    text(confirm.path("title"), 100, true, at + "/title");
    text(confirm.path("text"), 300, false, at + "/text");
    text(confirm.path("confirm"), 30, true, at + "/confirm");
    text(confirm.path("deny"), 30, true, at + "/deny");
  }

  void text(JsonNode text, int most, boolean plainOnly, String at) {
    String type = Json.text(text, "type");
    boolean known = type.equals("plain_text") || (!plainOnly && type.equals("mrkdwn"));
    if (!known) {
      problem("unsupported type: " + type, at + "/type");
    }
    required(Json.text(text, "text"), most, at + "/text");
  }

  void required(String value, int most, String at) {
    if (value.isEmpty()) {
      problem("must be more than 0 characters", at);
    }
    atMost(value, most, at);
  }

  void atMost(String value, int most, String at) {
    if (value.codePointCount(0, value.length()) > most) {
      problem("must be less than " + (most + 1) + " characters", at);
    }
  }

  void count(JsonNode items, int most, String at) {
    if (!items.isArray() || items.isEmpty()) {
      problem("no fewer than 1 items required", at);
    }
    if (items.size() > most) {
      problem("no more than " + most + " items allowed", at);
    }
  }

  private void problem(String text, String at) {
    problems.add("[ERROR] " + text + " [json-pointer:" + at + "]");
  }
}
