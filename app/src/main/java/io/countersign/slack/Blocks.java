package io.countersign.slack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.thread.Line;
import java.util.ArrayList;
import java.util.List;

/** Blocks of one message or view, within Slack's limits by construction. */
final class Blocks {
  static final int SECTION = 3_000;
  static final int BUTTON = 75;
  static final int VALUE = 2_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final ArrayNode blocks = JSON.arrayNode();
  private final String edition;
  private final int most;

  /**
   * @param edition changes with every edit, so that clients draw the block anew
   * @param most how many blocks there may be: 50 in a message, 100 in a view
   */
  Blocks(String edition, int most) {
    this.edition = edition;
    this.most = most;
  }

  static Blocks message(String edition) {
    return new Blocks(edition, 50);
  }

  static Blocks view() {
    return new Blocks("view", 100);
  }

  /** A button. */
  record Button(String action, String label, String value, String style, String question) {
    static Button plain(String action, String label, String value) {
      return new Button(action, label, value, "", "");
    }

    static Button primary(String action, String label, String value) {
      return new Button(action, label, value, "primary", "");
    }

    /** Asks once more before it is sent. */
    Button asking(String sentence) {
      return new Button(action, label, value, style, sentence);
    }
  }

  Blocks section(Line line) {
    return sectionOf(Mrkdwn.of(line));
  }

  /** Lines one under another, in as few sections as they fit into. */
  Blocks lines(List<Line> lines) {
    for (var text : packed(lines.stream().map(Mrkdwn::of).toList())) {
      sectionOf(text);
    }
    return this;
  }

  /** The same in at most so many sections; what is over ends in an ellipsis. */
  Blocks lines(List<Line> lines, int most) {
    var texts = packed(lines.stream().map(Mrkdwn::of).toList());
    for (var text : texts.subList(0, Math.min(most, texts.size()))) {
      sectionOf(texts.size() > most && text.equals(texts.get(most - 1)) ? more(text) : text);
    }
    return this;
  }

  private static String more(String text) {
    return Mrkdwn.clipped(text, SECTION - 2) + "\n…";
  }

  Blocks header(String text) {
    var block = next("header");
    block.set("text", plain(Mrkdwn.clipped(text, 150)));
    return add(block);
  }

  Blocks context(Line line) {
    var block = next("context");
    block.putArray("elements").add(mrkdwn(Mrkdwn.clipped(Mrkdwn.of(line), 2_000)));
    return add(block);
  }

  /** Text exactly as it is, in as many pieces as it takes. */
  Blocks code(String text) {
    var lines = text.lines().map(it -> Mrkdwn.escaped(it).replace("```", "'''")).toList();
    for (var piece : packed(lines, SECTION - 8)) {
      sectionOf("```\n" + piece + "\n```");
    }
    return this;
  }

  Blocks actions(List<Button> buttons) {
    if (buttons.isEmpty()) {
      return this;
    }
    var block = next("actions");
    var elements = block.putArray("elements");
    buttons.forEach(it -> elements.add(element(it)));
    return add(block);
  }

  /** A text that the person has to enter, {@code id} being both block and action. */
  Blocks input(String id, String label, String hint, int longest) {
    var block = JSON.objectNode();
    block.put("type", "input").put("block_id", id);
    block.set("label", plain(label));
    block.set("hint", plain(hint));
    block
        .putObject("element")
        .put("type", "plain_text_input")
        .put("action_id", id)
        .put("multiline", true)
        .put("min_length", 3)
        .put("max_length", longest);
    return add(block);
  }

  /** Anything that a person enters or chooses. */
  Blocks field(String id, String label, String hint, boolean optional, ObjectNode element) {
    var block = JSON.objectNode().put("type", "input").put("block_id", id);
    block.put("optional", optional);
    block.set("label", plain(Mrkdwn.clipped(label, 150)));
    if (!hint.isBlank()) {
      block.set("hint", plain(Mrkdwn.clipped(hint, 300)));
    }
    block.set("element", element);
    return add(block);
  }

  /** One word that a person types. */
  Blocks word(String id, String label, String hint) {
    var block = JSON.objectNode().put("type", "input").put("block_id", id);
    block.set("label", plain(Mrkdwn.clipped(label, 150)));
    block.set("hint", plain(hint));
    block
        .putObject("element")
        .put("type", "plain_text_input")
        .put("action_id", id)
        .put("multiline", false)
        .put("min_length", 1)
        .put("max_length", 100);
    return add(block);
  }

  String json() {
    return blocks.toString();
  }

  ArrayNode array() {
    return blocks;
  }

  static ObjectNode plain(String text) {
    return JSON.objectNode().put("type", "plain_text").put("text", text).put("emoji", false);
  }

  private ObjectNode element(Button button) {
    var element = JSON.objectNode();
    element
        .put("type", "button")
        .put("action_id", button.action())
        .put("value", Mrkdwn.clipped(button.value(), VALUE));
    element.set("text", plain(Mrkdwn.clipped(button.label(), BUTTON)));
    if (!button.style().isEmpty()) {
      element.put("style", button.style());
    }
    if (!button.question().isEmpty()) {
      var confirm = element.putObject("confirm");
      confirm.set("title", plain(Mrkdwn.clipped(button.label(), 100)));
      confirm.set("text", plain(Mrkdwn.clipped(button.question(), 300)));
      confirm.set("confirm", plain(Mrkdwn.clipped(button.label(), 30)));
      confirm.set("deny", plain("Go back"));
    }
    return element;
  }

  private Blocks sectionOf(String text) {
    if (text.isBlank()) {
      return this;
    }
    var block = next("section");
    block.set("text", mrkdwn(Mrkdwn.clipped(text, SECTION)));
    return add(block);
  }

  private static ObjectNode mrkdwn(String text) {
    return JSON.objectNode().put("type", "mrkdwn").put("text", text).put("verbatim", true);
  }

  private ObjectNode next(String type) {
    return JSON.objectNode().put("type", type).put("block_id", edition + "-" + blocks.size());
  }

  /** The last place is kept for saying that there is more. */
  private Blocks add(ObjectNode block) {
    if (blocks.size() < most - 1) {
      blocks.add(block);
    } else if (blocks.size() == most - 1) {
      var more = next("context");
      more.putArray("elements").add(mrkdwn("There is more than fits here."));
      blocks.add(more);
    }
    return this;
  }

  private static List<String> packed(List<String> lines) {
    return packed(lines, SECTION);
  }

  private static List<String> packed(List<String> lines, int limit) {
    var packed = new ArrayList<String>();
    var piece = new StringBuilder();
    for (var line : lines) {
      var fitting = Mrkdwn.clipped(line, limit);
      if (!piece.isEmpty() && piece.length() + 1 + fitting.length() > limit) {
        packed.add(piece.toString());
        piece.setLength(0);
      }
      piece.append(piece.isEmpty() ? "" : "\n").append(fitting);
    }
    if (!piece.isEmpty()) {
      packed.add(piece.toString());
    }
    return packed;
  }
}
