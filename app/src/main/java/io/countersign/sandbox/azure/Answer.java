package io.countersign.sandbox.azure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** What a request is answered with. */
public record Answer(int status, Map<String, String> headers, String body) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public Answer {
    headers = Map.copyOf(headers);
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static Answer of(int status, JsonNode body) {
    return new Answer(status, Map.of(), body.toString());
  }

  static Answer empty(int status) {
    return new Answer(status, Map.of(), "");
  }

  /** In Azure's form. */
  public static Answer error(int status, String code, String message) {
    var body = object();
    body.putObject("error").put("code", code).put("message", message);
    return of(status, body);
  }

  /** The same answer with a header more. */
  public Answer with(String header, String value) {
    var more = new java.util.HashMap<>(headers);
    more.put(header, value);
    return new Answer(status, more, body);
  }
}
