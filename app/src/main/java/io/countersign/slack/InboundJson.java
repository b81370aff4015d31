package io.countersign.slack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.thread.Inbox;

/** The stored form of what came in. */
final class InboundJson {
  private final ObjectMapper mapper = new ObjectMapper();

  String write(Inbound inbound) {
    try {
      return mapper.writeValueAsString(inbound);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("our own records can be written", impossible);
    }
  }

  /**
   * @throws IllegalArgumentException where another version wrote what this one cannot read
   */
  Inbound read(Inbox.Waiting waiting) {
    try {
      return mapper.readValue(waiting.body(), type(waiting.kind()));
    } catch (JsonProcessingException unreadable) {
      throw new IllegalArgumentException("unreadable request of kind " + waiting.kind());
    }
  }

  private static Class<? extends Inbound> type(String kind) {
    return switch (kind) {
      case "typed" -> Inbound.Typed.class;
      case "clicked" -> Inbound.Clicked.class;
      case "submitted" -> Inbound.Submitted.class;
      case "said" -> Inbound.Said.class;
      case "opened" -> Inbound.Opened.class;
      default -> throw new IllegalArgumentException("unknown request of kind " + kind);
    };
  }
}
