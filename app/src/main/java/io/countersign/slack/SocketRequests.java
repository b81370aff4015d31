package io.countersign.slack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.slack.api.bolt.App;
import com.slack.api.bolt.request.Request;
import com.slack.api.bolt.response.Response;
import com.slack.api.bolt.socket_mode.request.SocketModeRequestParser;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slack's requests over a socket, handled by the same Bolt app as those over HTTP. Bolt's own
 * {@code SocketModeApp} is not used: it sends on whatever socket is the newest.
 */
final class SocketRequests {
  private static final Logger log = LoggerFactory.getLogger(SocketRequests.class);

  private final App app;
  private final SocketModeRequestParser parser;
  private final ObjectMapper mapper = new ObjectMapper();

  SocketRequests(App app) {
    this.app = app;
    this.parser = new SocketModeRequestParser(app.config());
  }

  /** What comes over a socket. */
  sealed interface Frame {
    /** The first on each socket: from now on requests come. */
    record Hello() implements Frame {}

    /** This socket will be closed soon. */
    record Goodbye(String reason) implements Frame {}

    /**
     * An envelope with somebody's request.
     *
     * @param repliable whether the acknowledgement may carry an answer
     */
    record Asked(String envelope, boolean repliable, Request<?> request) implements Frame {}

    /**
     * Nothing that we know.
     *
     * @param acknowledgement where it is an envelope: sent again, it would be unknown again
     */
    record Unknown(Optional<String> acknowledgement) implements Frame {}
  }

  /** Never throws. */
  Frame read(String text) {
    var envelope = Optional.<String>empty();
    try {
      var json = mapper.readTree(text);
      envelope = Optional.of(json.path("envelope_id").asText("")).filter(it -> !it.isBlank());
      return switch (json.path("type").asText()) {
        case "hello" -> new Frame.Hello();
        case "disconnect" -> new Frame.Goodbye(json.path("reason").asText("no reason"));
        default -> asked(text, envelope);
      };
    } catch (JsonProcessingException | RuntimeException unreadable) {
      log.warn("something came over the socket that is unreadable: {}", Intake.name(unreadable));
      return unknown(envelope);
    }
  }

  private Frame unknown(Optional<String> envelope) {
    return new Frame.Unknown(
        envelope.map(it -> mapper.createObjectNode().put("envelope_id", it).toString()));
  }

  private Frame asked(String text, Optional<String> id) {
    var parsed = parser.parse(text);
    if (parsed == null || parsed.getBoltRequest() == null) {
      log.warn("something came over the socket that is no request");
      return unknown(id);
    }
    var envelope = parsed.getEnvelope();
    return new Frame.Asked(
        envelope.getEnvelopeId(),
        Boolean.TRUE.equals(envelope.getAcceptsResponsePayload()),
        parsed.getBoltRequest());
  }

  /** The acknowledgement; empty where there must be none, so that Slack sends the request again. */
  Optional<String> handle(Frame.Asked asked) {
    try {
      var response = app.run(asked.request());
      if (response.getStatusCode() == 200) {
        return Optional.of(acknowledgement(asked, response));
      }
      log.warn("a request is not acknowledged: status {}", response.getStatusCode());
    } catch (Exception failed) {
      log.error("a request failed: {}", Intake.name(failed));
    }
    return Optional.empty();
  }

  private String acknowledgement(Frame.Asked asked, Response response)
      throws JsonProcessingException {
    var acknowledgement = mapper.createObjectNode().put("envelope_id", asked.envelope());
    var body = response.getBody();
    if (asked.repliable() && body != null && !body.isBlank()) {
      acknowledgement.set("payload", payload(response.getContentType(), body));
    }
    return mapper.writeValueAsString(acknowledgement);
  }

  private JsonNode payload(String type, String body) throws JsonProcessingException {
    return type.startsWith("application/json")
        ? mapper.readTree(body)
        : mapper.createObjectNode().put("text", body);
  }
}
