package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A delivery as it goes over a socket: the same payload as JSON, in an envelope. */
final class Envelope {

  private Envelope() {}

  static ObjectNode of(String id, Delivery delivery, int retry, String reason) {
    ObjectNode envelope = Json.object().put("envelope_id", id).put("type", type(delivery));
    envelope.put("accepts_response_payload", !delivery.isEvent());
    envelope.set("payload", payload(delivery));
    if (delivery.isEvent() || retry > 0) {
      envelope.put("retry_attempt", retry).put("retry_reason", reason);
    }
    return envelope;
  }

  private static String type(Delivery delivery) {
    if (delivery.isEvent()) {
      return "events_api";
    }
    return delivery.kind().equals("command") ? "slash_commands" : "interactive";
  }

  private static JsonNode payload(Delivery delivery) {
    if (delivery.isEvent()) {
      return Json.parseObject(delivery.body()).orElseThrow();
    }
    if (!delivery.kind().equals("command")) {
      String payload = Arguments.form(delivery.body()).getOrDefault("payload", "");
      return Json.parseObject(payload).orElseThrow();
    }
    ObjectNode fields = Json.object();
    Arguments.form(delivery.body()).forEach(fields::put);
    return fields;
  }
}
