package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The bot's answer to what somebody typed into a typeahead, by the rules for options: at most 100
 * in a list or group, 75 characters of text, 150 of value. Of an answer that breaks them Slack
 * shows nothing.
 */
final class Suggestions {

  private Suggestions() {}

  /** What the page draws: {@code options}, or {@code groups}, or an {@code error}. */
  static ObjectNode shown(String body) {
    ObjectNode answer = Json.parseObject(body).orElseGet(Json::object);
    JsonNode groups = answer.path("option_groups");
    List<String> problems = new ArrayList<>();
    if (groups.isArray()) {
      groups.forEach(group -> problems.addAll(problemsIn(group.path("options"))));
    } else if (answer.path("options").isArray()) {
      problems.addAll(problemsIn(answer.path("options")));
    } else {
      problems.add("[ERROR] missing required field: options [json-pointer:/]");
    }
    if (!problems.isEmpty()) {
      return Json.object().put("error", "Slack would not show these choices: " + problems);
    }
    ObjectNode shown = Json.object();
    return groups.isArray()
        ? shown.set("groups", groups)
        : shown.set("options", answer.path("options"));
  }

  private static List<String> problemsIn(JsonNode options) {
    List<String> problems = new ArrayList<>();
    if (!options.isEmpty()) {
      ObjectNode menu = Json.object().put("type", "static_select").put("action_id", "offered");
      menu.set("options", options);
      new ElementRules(problems).element(menu, "");
    }
    return problems;
  }
}
