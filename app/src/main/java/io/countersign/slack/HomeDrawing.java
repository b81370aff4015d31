package io.countersign.slack;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.countersign.thread.HomeView;
import io.countersign.thread.HomeView.Part;
import io.countersign.thread.Line;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A Home as a Slack view. With all that {@link HomeView} lets in it has 97 blocks at most. */
final class HomeDrawing {
  static final String LATER = "schedule.later";

  /** What a card shows besides its question; the rest stands in its thread. */
  private static final int EVIDENCE_BLOCKS = 2;

  private static final int LIST_BLOCKS = 14;

  private HomeDrawing() {}

  static String view(HomeView home) {
    var blocks = Blocks.view();
    home.parts().forEach(it -> draw(blocks, it));
    var view = JsonNodeFactory.instance.objectNode().put("type", "home");
    view.set("blocks", blocks.array());
    return view.toString();
  }

  private static void draw(Blocks blocks, Part part) {
    switch (part) {
      case Part.Heading(var text) -> blocks.header(text);
      case Part.Says(var lines) -> blocks.lines(lines, LIST_BLOCKS);
      case Part.Decide(var card, var link) -> {
        blocks
            .section(link(Line.EMPTY.bold(card.headline()), link))
            .lines(card.evidence(), EVIDENCE_BLOCKS)
            .actions(Drawing.cardButtons(card));
      }
      case Part.Later it ->
          blocks
              .section(it.line())
              .actions(
                  List.of(
                      Blocks.Button.plain(
                          LATER, it.keep(), new LaterKey(it.schedule(), it.due()).text())));
    }
  }

  private static Line link(Line line, Optional<String> link) {
    return link.map(it -> line.text(" ").link(it, "Open its thread")).orElse(line);
  }

  /** What the button that puts something off carries. */
  record LaterKey(String schedule, Instant due) {
    String text() {
      return schedule + "|" + due;
    }

    UUID id() {
      return UUID.fromString(schedule);
    }

    /** Empty for anything that no button of ours carries. */
    static Optional<LaterKey> read(String text) {
      var parts = text.split("\\|", -1);
      if (parts.length != 2 || !parts[0].matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
        return Optional.empty();
      }
      try {
        return Optional.of(new LaterKey(parts[0], Instant.parse(parts[1])));
      } catch (DateTimeException forged) {
        return Optional.empty();
      }
    }
  }
}
