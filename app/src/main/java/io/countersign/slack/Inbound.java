package io.countersign.slack;

import io.countersign.Person;
import java.util.Map;

/**
 * What a person did in Slack: ids and text copied out of the payload, never a token, never an
 * answering address. Whoever did it is whom Slack authenticated. Empty texts where Slack gave none.
 */
sealed interface Inbound {
  Person who();

  String channel();

  /** The thread it was done in, or empty. */
  String thread();

  /** A slash command. */
  record Typed(Person who, String channel, String command, String text, String trigger)
      implements Inbound {
    @Override
    public String thread() {
      return "";
    }
  }

  /** A button. */
  record Clicked(
      Person who, String channel, String thread, String action, String value, String trigger)
      implements Inbound {}

  /**
   * A modal.
   *
   * @param view its callback id
   * @param metadata as we wrote it, but nothing that we may trust
   */
  record Submitted(
      Person who,
      String channel,
      String thread,
      String view,
      String metadata,
      Map<String, String> entered)
      implements Inbound {
    public Submitted {
      entered = Map.copyOf(entered);
    }
  }

  /**
   * A message that concerns us.
   *
   * @param mentioned whether it names us or is a direct message; else it is a thread's chatter
   */
  record Said(Person who, String channel, String thread, String ts, String text, boolean mentioned)
      implements Inbound {}

  /** Somebody opened the bot's Home. */
  record Opened(Person who) implements Inbound {
    @Override
    public String channel() {
      return "";
    }

    @Override
    public String thread() {
      return "";
    }
  }

  /** The word under which it is stored. */
  default String kind() {
    return switch (this) {
      case Typed _ -> "typed";
      case Clicked _ -> "clicked";
      case Submitted _ -> "submitted";
      case Said _ -> "said";
      case Opened _ -> "opened";
    };
  }
}
