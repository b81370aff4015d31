package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What bots have offered for menus that are filled while somebody types. As in Slack's client, only
 * what was offered can be chosen, and an answer that breaks a limit offers nothing.
 */
final class Offers {

  private static final Logger LOG = LoggerFactory.getLogger(Offers.class);
  private static final int OPTIONS = 100;
  private static final int GROUPS = 100;

  /** The forms that a long-lived sandbox remembers. */
  private static final int MENUS = 1_000;

  private final Guard guard;
  private final Map<String, Map<String, JsonNode>> offered = new LinkedHashMap<>();

  Offers(Guard guard) {
    this.guard = guard;
  }

  /** Takes what a bot answered; all options in one list, groups one after the other. */
  ArrayNode take(View view, Elements.Found menu, JsonNode answer) {
    ArrayNode options = Json.array();
    List<String> problems = problemsIn(answer);
    if (!problems.isEmpty()) {
      LOG.warn("nothing is offered, Slack would not take {}", problems);
      return options;
    }
    answer.path("option_groups").forEach(group -> group.path("options").forEach(options::add));
    answer.path("options").forEach(options::add);
    String key = key(view, menu.element());
    guard.changed(
        () -> {
          options.forEach(option -> menu(key).put(Json.text(option, "value"), option));
          if (offered.size() > MENUS) {
            offered.remove(offered.keySet().iterator().next());
          }
        });
    return options;
  }

  /** Empty when Slack would take the answer. */
  static List<String> problemsIn(JsonNode answer) {
    List<String> problems = new ArrayList<>();
    ElementRules rules = new ElementRules(problems);
    JsonNode groups = answer.path("option_groups");
    if (groups.isArray()) {
      rules.count(groups, GROUPS, "/option_groups");
      for (int i = 0; i < groups.size(); i++) {
        String at = "/option_groups/" + i;
        rules.text(groups.get(i).path("label"), 75, true, at + "/label");
        rules.options(groups.get(i).path("options"), OPTIONS, true, at + "/options");
      }
    } else if (!answer.path("options").isArray()) {
      problems.add("[ERROR] missing required field: options [json-pointer:/]");
    } else if (!answer.path("options").isEmpty()) {
      rules.options(answer.path("options"), OPTIONS, true, "/options");
    }
    return List.copyOf(problems);
  }

  /** The view's blocks, each such menu with the options that it may have. */
  ArrayNode filledIn(View view) {
    ArrayNode blocks = view.blocks();
    for (Elements.Found found : Elements.all(blocks)) {
      if (Json.text(found.element(), "type").contains("external")) {
        ArrayNode options = found.element().putArray("options");
        if (found.element().hasNonNull("initial_option")) {
          options.add(found.element().get("initial_option"));
        }
        String key = key(view, found.element());
        guard.read(() -> options.addAll(menu(key).values()));
      }
    }
    return blocks;
  }

  private Map<String, JsonNode> menu(String key) {
    return offered.computeIfAbsent(key, _ -> new LinkedHashMap<>());
  }

  private static String key(View view, ObjectNode element) {
    return view.id() + "/" + Json.text(element, "action_id");
  }
}
