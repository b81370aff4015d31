package io.countersign.slack;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Payloads written by hand, as a forger would. */
final class Forged {
  private Forged() {}

  /** A click on a Home, which is in no channel. */
  static ObjectNode homeButton(String action, String value) {
    var payload = Doors.button(action, value);
    payload.remove("channel");
    payload.putObject("container").put("type", "view").put("view_id", "V0FORGED");
    payload.putObject("view").put("type", "home").put("id", "V0FORGED");
    return payload;
  }

  /**
   * @param channel empty where the modal was opened from a Home
   * @param reason empty for any
   */
  static ObjectNode denial(String key, String channel, String reason) {
    return form(Modals.DENY, key, channel, Modals.REASON, reason.isEmpty() ? "not now" : reason);
  }

  static ObjectNode form(
      String callback, String key, String channel, String field, String entered) {
    var payload = JsonNodeFactory.instance.objectNode().put("type", "view_submission");
    var view = payload.putObject("view").put("type", "modal").put("id", "V0FORGED");
    view.put("callback_id", callback).put("private_metadata", key + "\n" + channel + "\n");
    view.putObject("state")
        .putObject("values")
        .putObject(field)
        .putObject(field)
        .put("type", "plain_text_input")
        .put("value", entered);
    return payload;
  }
}
