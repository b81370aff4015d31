package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

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
    count(options, most, at + "/options");
    for (int i = 0; i < options.size(); i++) {
      String here = at + "/options/" + i;
      text(options.get(i).path("text"), 75, !few, here + "/text");
      atMost(Json.text(options.get(i), "value"), 150, here + "/value");
    }
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
