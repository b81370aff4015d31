package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A modal or an App Home as one person sees it.
 *
 * @param body as the bot sent it, block and action ids filled in
 * @param rootId the view at the bottom of the stack
 * @param previousId the view below, empty for the bottom one
 */
public record View(
    String id,
    String hash,
    String person,
    ObjectNode body,
    String rootId,
    String previousId,
    Reader reader) {

  public String type() {
    return Json.text(body, "type");
  }

  public String callbackId() {
    return Json.text(body, "callback_id");
  }

  public String privateMetadata() {
    return Json.text(body, "private_metadata");
  }

  public String title() {
    return body.path("title").path("text").asText("");
  }

  public ArrayNode blocks() {
    return Json.copyOf(body.path("blocks"));
  }

  public List<Button> buttons() {
    return Button.in(body.path("blocks"));
  }

  /** What a person reads, line by line. */
  public String rendered() {
    return Plain.of(body.path("blocks"), "", reader);
  }

  JsonNode field(String name) {
    return body.path(name);
  }

  View withReader(Reader other) {
    return new View(id, hash, person, body, rootId, previousId, other);
  }
}
