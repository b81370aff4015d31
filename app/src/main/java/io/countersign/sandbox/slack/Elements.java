package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds what can be clicked or filled in. */
final class Elements {

  /** An element and the block that it stands in. */
  record Found(ObjectNode block, ObjectNode element) {}

  private static final Set<String> PASSIVE = Set.of("image", "mrkdwn", "plain_text");

  private Elements() {}

  static List<ObjectNode> of(JsonNode block) {
    List<ObjectNode> found = new ArrayList<>();
    String type = Json.text(block, "type");
    if (type.equals("actions")) {
      block.path("elements").forEach(element -> add(element, found));
    } else if (type.equals("section")) {
      add(block.path("accessory"), found);
    } else if (type.equals("input")) {
      add(block.path("element"), found);
    }
    return found;
  }

  static Optional<Found> withAction(JsonNode blocks, String actionId) {
    return all(blocks).stream()
        .filter(found -> Json.text(found.element(), "action_id").equals(actionId))
        .findFirst();
  }

  static List<Found> all(JsonNode blocks) {
    List<Found> found = new ArrayList<>();
    for (JsonNode block : blocks) {
      if (block instanceof ObjectNode object) {
        of(block).forEach(element -> found.add(new Found(object, element)));
      }
    }
    return found;
  }

  private static void add(JsonNode element, List<ObjectNode> found) {
    if (element instanceof ObjectNode object && !PASSIVE.contains(Json.text(element, "type"))) {
      found.add(object);
    }
  }
}
