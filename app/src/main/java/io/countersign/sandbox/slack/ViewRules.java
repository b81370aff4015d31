package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Slack's limits on a view, from docs.slack.dev/reference/views. */
final class ViewRules {

  private ViewRules() {}

  static List<String> problemsIn(JsonNode view, String expectedType) {
    List<String> problems =
        new ArrayList<>(BlockRules.problemsIn(view.path("blocks"), BlockRules.VIEW_BLOCKS));
    ElementRules rules = new ElementRules(problems);
    if (!Json.text(view, "type").equals(expectedType)) {
      problems.add("[ERROR] must be " + expectedType + " [json-pointer:/view/type]");
    }
    rules.atMost(Json.text(view, "private_metadata"), 3000, "/view/private_metadata");
    rules.atMost(Json.text(view, "callback_id"), 255, "/view/callback_id");
    rules.atMost(Json.text(view, "external_id"), 255, "/view/external_id");
    if (expectedType.equals("modal")) {
      modal(view, rules, problems);
    }
    return List.copyOf(problems);
  }

  private static void modal(JsonNode view, ElementRules rules, List<String> problems) {
    rules.text(view.path("title"), 24, true, "/view/title");
    for (String button : List.of("submit", "close")) {
      if (view.hasNonNull(button)) {
        rules.text(view.path(button), 24, true, "/view/" + button);
      }
    }
    boolean asks = false;
    for (JsonNode block : view.path("blocks")) {
      asks |= Json.text(block, "type").equals("input");
    }
    if (asks && !view.hasNonNull("submit")) {
      problems.add("[ERROR] missing required field: submit [json-pointer:/view]");
    }
  }
}
