package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** A button as it stands in blocks; {@code style} is empty, {@code primary} or {@code danger}. */
public record Button(
    String actionId,
    String blockId,
    String label,
    String value,
    String style,
    boolean asksForConfirmation) {

  static List<Button> in(JsonNode blocks) {
    return Elements.all(blocks).stream()
        .filter(found -> Json.text(found.element(), "type").equals("button"))
        .map(
            found ->
                new Button(
                    Json.text(found.element(), "action_id"),
                    Json.text(found.block(), "block_id"),
                    found.element().path("text").path("text").asText(""),
                    Json.text(found.element(), "value"),
                    Json.text(found.element(), "style"),
                    found.element().hasNonNull("confirm")))
        .toList();
  }
}
