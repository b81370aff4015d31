package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Slack's limits on blocks, from docs.slack.dev/reference/block-kit. Every breach becomes one line
 * such as Slack writes into {@code response_metadata.messages}.
 */
final class BlockRules {

  static final int MESSAGE_BLOCKS = 50;
  static final int VIEW_BLOCKS = 100;

  private static final Set<String> OPAQUE_BLOCKS =
      Set.of("divider", "rich_text", "video", "file", "call", "table", "plan", "task_card");

  private final List<String> problems = new ArrayList<>();
  private final ElementRules elements = new ElementRules(problems);
  private final Set<String> blockIds = new HashSet<>();

  /** Empty when Slack would take them. */
  static List<String> problemsIn(JsonNode blocks, int atMost) {
    BlockRules rules = new BlockRules();
    if (!blocks.isArray()) {
      return List.of("[ERROR] must be an array [json-pointer:/blocks]");
    }
    if (blocks.size() > atMost) {
      rules.problem("no more than " + atMost + " items allowed", "/blocks");
    }
    for (int i = 0; i < blocks.size(); i++) {
      rules.block(blocks.get(i), "/blocks/" + i);
    }
    return List.copyOf(rules.problems);
  }

  /** How many characters all their texts have together, labels included. */
  static int textIn(JsonNode node) {
    int sum = node.path("text").isTextual() ? node.path("text").textValue().length() : 0;
    for (JsonNode inner : node) {
      sum += textIn(inner);
    }
    return sum;
  }

  /** The same blocks with the ids that Slack gives where the app gave none. */
  static ArrayNode withIds(JsonNode blocks) {
    ArrayNode complete = Json.copyOf(blocks);
    for (int i = 0; i < complete.size(); i++) {
      if (complete.get(i) instanceof ObjectNode block) {
        if (!block.hasNonNull("block_id")) {
          block.put("block_id", "b" + i + "_" + Integer.toHexString(block.hashCode()));
        }
        int element = 0;
        for (ObjectNode interactive : Elements.of(block)) {
          if (!interactive.hasNonNull("action_id")) {
            interactive.put("action_id", "a" + i + "_" + element);
          }
          element++;
        }
      }
    }
    return complete;
  }

  private void block(JsonNode block, String at) {
    String id = Json.text(block, "block_id");
    elements.atMost(id, 255, at + "/block_id");
    if (!id.isEmpty() && !blockIds.add(id)) {
      problem("`block_id` (" + id + ") already exists for another block", at + "/block_id");
    }
    String type = Json.text(block, "type");
    switch (type) {
      case "section" -> section(block, at);
      case "header" -> elements.text(block.path("text"), 150, true, at + "/text");
      case "context" -> context(block, at);
      case "actions" -> actions(block, at);
      case "image" -> image(block, at);
      case "input" -> input(block, at);
      case "markdown" -> elements.required(Json.text(block, "text"), 12_000, at + "/text");
      case "context_actions" -> elements.count(block.path("elements"), 5, at + "/elements");
      default -> {
        if (!OPAQUE_BLOCKS.contains(type)) {
          problem("unsupported type: " + type, at + "/type");
        }
      }
    }
  }

  private void section(JsonNode block, String at) {
    boolean hasText = block.hasNonNull("text");
    if (!hasText && !block.hasNonNull("fields")) {
      problem("missing required field: text", at);
    }
    if (hasText) {
      elements.text(block.path("text"), 3000, false, at + "/text");
    }
    if (block.hasNonNull("fields")) {
      JsonNode fields = block.path("fields");
      elements.count(fields, 10, at + "/fields");
      for (int i = 0; i < fields.size(); i++) {
        elements.text(fields.get(i), 2000, false, at + "/fields/" + i);
      }
    }
    if (block.hasNonNull("accessory")) {
      elements.element(block.path("accessory"), at + "/accessory");
    }
  }

  private void context(JsonNode block, String at) {
    JsonNode parts = block.path("elements");
    elements.count(parts, 10, at + "/elements");
    for (int i = 0; i < parts.size(); i++) {
      String here = at + "/elements/" + i;
      if (Json.text(parts.get(i), "type").equals("image")) {
        image(parts.get(i), here);
      } else {
        elements.text(parts.get(i), 3000, false, here);
      }
    }
  }

  private void actions(JsonNode block, String at) {
    JsonNode parts = block.path("elements");
    elements.count(parts, 25, at + "/elements");
    Set<String> actionIds = new HashSet<>();
    for (int i = 0; i < parts.size(); i++) {
      String here = at + "/elements/" + i;
      elements.element(parts.get(i), here);
      String id = Json.text(parts.get(i), "action_id");
      if (!id.isEmpty() && !actionIds.add(id)) {
        problem("`action_id` (" + id + ") already exists for another action", here + "/action_id");
      }
    }
  }

  private void image(JsonNode block, String at) {
    elements.required(Json.text(block, "alt_text"), 2000, at + "/alt_text");
    if (!block.hasNonNull("slack_file")) {
      elements.required(Json.text(block, "image_url"), 3000, at + "/image_url");
    }
  }

  private void input(JsonNode block, String at) {
    elements.text(block.path("label"), 2000, true, at + "/label");
    if (block.hasNonNull("hint")) {
      elements.text(block.path("hint"), 2000, true, at + "/hint");
    }
    elements.element(block.path("element"), at + "/element");
  }

  private void problem(String text, String at) {
    problems.add("[ERROR] " + text + " [json-pointer:" + at + "]");
  }
}
