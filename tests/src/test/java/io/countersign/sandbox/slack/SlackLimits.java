package io.countersign.sandbox.slack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** What the stand-in would refuse of a message or a view, for tests that send nothing. */
public final class SlackLimits {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SlackLimits() {}

  public static List<String> ofMessage(String blocks) throws JsonProcessingException {
    return BlockRules.problemsIn(JSON.readTree(blocks), BlockRules.MESSAGE_BLOCKS);
  }

  /**
   * @param type {@code modal} or {@code home}
   */
  public static List<String> ofView(String view, String type) throws JsonProcessingException {
    return ViewRules.problemsIn(JSON.readTree(view), type);
  }
}
