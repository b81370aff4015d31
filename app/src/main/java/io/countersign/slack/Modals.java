package io.countersign.slack;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.thread.Line;
import java.util.List;

/** The modals, and what they carry: names of things and where to answer, no authority. */
final class Modals {
  static final String DENY = "gate.deny";
  static final String SHOW = "show";
  static final String TYPE = "gate.type";
  static final String REASON = "reason";
  static final String TYPED = "typed";
  static final int REASON_LENGTH = 500;

  private Modals() {}

  /** Opened at once, because a trigger is good for three seconds only. */
  static String loading() {
    return view(SHOW, "One moment", Blocks.view().section(Line.of("Looking it up."))).toString();
  }

  static String deny(String gateKey, String channel, String thread, Line question) {
    var blocks =
        Blocks.view()
            .section(question)
            .input(
                REASON,
                "Why not?",
                "The thread shows it: write no patient data. Say what to do instead.",
                REASON_LENGTH);
    var view = view(DENY, "Deny", blocks);
    view.put("private_metadata", String.join("\n", gateKey, channel, thread));
    view.set("submit", Blocks.plain("Deny"));
    return view.toString();
  }

  /** Asks an approver to type what the card names. */
  static String type(String gateKey, String channel, String thread, Line question, String phrase) {
    var blocks =
        Blocks.view()
            .section(question)
            .word(TYPED, "Type " + phrase + " to approve", "Exactly as it is written here.");
    var view = view(TYPE, "Approve", blocks);
    view.put("private_metadata", String.join("\n", gateKey, channel, thread));
    view.set("submit", Blocks.plain("Approve"));
    return view.toString();
  }

  /** The field at which a form's trouble is shown. */
  static String fieldOf(String callback) {
    return callback.equals(TYPE) ? TYPED : REASON;
  }

  static String show(String title, List<Line> lead, List<String> exact) {
    var blocks = Blocks.view().lines(lead);
    exact.forEach(blocks::code);
    return view(SHOW, title, blocks).toString();
  }

  /** The gate's key as the modal carried it. */
  static String gateOf(String metadata) {
    return part(metadata, 0);
  }

  static String channelOf(String metadata) {
    return part(metadata, 1);
  }

  static String threadOf(String metadata) {
    return part(metadata, 2);
  }

  static String part(String metadata, int index) {
    var parts = metadata.split("\n", -1);
    return index < parts.length ? parts[index] : "";
  }

  private static ObjectNode view(String callback, String title, Blocks blocks) {
    var view = JsonNodeFactory.instance.objectNode();
    view.put("type", "modal").put("callback_id", callback);
    view.set("title", Blocks.plain(Mrkdwn.clipped(title, 24)));
    view.set("close", Blocks.plain("Close"));
    view.set("blocks", blocks.array());
    return view;
  }
}
