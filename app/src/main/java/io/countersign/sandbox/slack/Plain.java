package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Blocks as the lines that a person reads; buttons as {@code [Label]}. */
final class Plain {

  private final Reader reader;
  private final List<String> lines = new ArrayList<>();

  private Plain(Reader reader) {
    this.reader = reader;
  }

  static String of(JsonNode blocks, String textWithoutBlocks, Reader reader) {
    if (blocks.isEmpty()) {
      return Mrkdwn.plain(textWithoutBlocks, reader);
    }
    Plain plain = new Plain(reader);
    blocks.forEach(plain::block);
    return String.join("\n", plain.lines);
  }

  private void block(JsonNode block) {
    switch (Json.text(block, "type")) {
      case "section" -> section(block);
      case "context", "actions", "context_actions" -> row(block.path("elements"));
      case "markdown" -> lines.add(Json.text(block, "text"));
      case "image" -> lines.add("(image: " + Json.text(block, "alt_text") + ")");
      case "rich_text" -> lines.add(richText(block));
      case "input" -> lines.add(text(block.path("label")) + ": " + element(block.path("element")));
      case "divider" -> lines.add("---");
      default -> add(text(block.path("text")));
    }
  }

  private void section(JsonNode block) {
    add(text(block.path("text")));
    block.path("fields").forEach(field -> add(text(field)));
    add(element(block.path("accessory")));
  }

  private void row(JsonNode elements) {
    List<String> cells = new ArrayList<>();
    elements.forEach(element -> cells.add(element(element)));
    add(String.join(" ", cells));
  }

  private String element(JsonNode element) {
    return switch (Json.text(element, "type")) {
      case "button" -> "[" + text(element.path("text")) + "]";
      case "mrkdwn", "plain_text" -> text(element);
      case "image" -> "(image: " + Json.text(element, "alt_text") + ")";
      case "" -> "";
      default -> "[" + text(element.path("placeholder")) + "]";
    };
  }

  private String text(JsonNode text) {
    String raw = Json.text(text, "text");
    return Json.text(text, "type").equals("mrkdwn") ? Mrkdwn.plain(raw, reader) : raw;
  }

  private String richText(JsonNode node) {
    StringBuilder all = new StringBuilder();
    for (JsonNode part : node.path("elements")) {
      all.append(
          switch (Json.text(part, "type")) {
            case "text", "link" ->
                part.hasNonNull("text") ? Json.text(part, "text") : Json.text(part, "url");
            case "user" -> "@" + reader.name(Json.text(part, "user_id"));
            case "channel" -> "#" + reader.name(Json.text(part, "channel_id"));
            case "emoji" -> ":" + Json.text(part, "name") + ":";
            case "date" ->
                Mrkdwn.plain(
                    "<!date^"
                        + Json.text(part, "timestamp")
                        + "^"
                        + Json.text(part, "format")
                        + "|>",
                    reader);
            default -> (all.isEmpty() ? "" : "\n") + richText(part);
          });
    }
    return all.toString();
  }

  private void add(String line) {
    if (!line.isBlank()) {
      lines.add(line);
    }
  }
}
