package io.countersign.sandbox.azure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * One request.
 *
 * @param path decoded, without query
 * @param token of the Authorization header, empty where there is none
 */
public record Call(String method, String path, String query, String token, String body) {
  private static final ObjectMapper JSON = new ObjectMapper();

  JsonNode json() {
    try {
      return JSON.readTree(body.isEmpty() ? "{}" : body);
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException("the body is not JSON");
    }
  }

  Map<String, String> form() {
    var fields = new HashMap<String, String>();
    for (var field : body.split("&", -1)) {
      var parts = field.split("=", 2);
      if (parts.length == 2) {
        fields.put(decoded(parts[0]), decoded(parts[1]));
      }
    }
    return fields;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
