package io.countersign.sandbox.slack;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Slack allows, and how patient it is.
 *
 * @param rates per Web API method; a method without an entry is not limited
 * @param ackTime how long the bot may take to answer a delivery
 * @param retryDelays pauses before the first, second, third redelivery of an event
 * @param redeliverInteractions also deliver commands and clicks again when they fail. Slack does
 *     this for events alone, but a proxy in between or Socket Mode can do it to anything
 * @param echoOwnMessages the bot also hears of its own messages, as in Slack
 */
public record Limits(
    Map<String, Rate> rates,
    Duration triggerLife,
    Duration ackTime,
    List<Duration> retryDelays,
    boolean redeliverInteractions,
    boolean echoOwnMessages,
    int responseUrlUses,
    Duration responseUrlLife) {

  /** At most {@code calls} within any {@code window}; counted per channel or over the workspace. */
  public record Rate(int calls, Duration window, boolean perChannel) {}

  public Limits {
    rates = Map.copyOf(rates);
    retryDelays = List.copyOf(retryDelays);
  }

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Slack's own: docs.slack.dev/apis/web-api/rate-limits and docs.slack.dev/apis/events-api. */
  public static Limits slack() {
    Map<String, Rate> rates = new LinkedHashMap<>();
    rates.put("chat.postMessage", new Rate(10, Duration.ofSeconds(10), true));
    rates.put("chat.update", new Rate(50, MINUTE, false));
    rates.put("chat.delete", new Rate(50, MINUTE, false));
    rates.put("chat.postEphemeral", new Rate(100, MINUTE, false));
    for (String tierTwo : List.of("users.list", "usergroups.list", "usergroups.users.list")) {
      rates.put(tierTwo, new Rate(20, MINUTE, false));
    }
    for (String tierThree : List.of("info", "open", "history", "replies")) {
      rates.put("conversations." + tierThree, new Rate(50, MINUTE, false));
    }
    for (String tierFour : List.of("views.open", "views.update", "views.push", "views.publish")) {
      rates.put(tierFour, new Rate(100, MINUTE, false));
    }
    for (String tierFour :
        List.of(
            "users.info",
            "files.info",
            "files.getUploadURLExternal",
            "files.completeUploadExternal")) {
      rates.put(tierFour, new Rate(100, MINUTE, false));
    }
    return new Limits(
        rates,
        Duration.ofSeconds(3),
        Duration.ofSeconds(3),
        List.of(Duration.ZERO, Duration.ofMinutes(1), Duration.ofMinutes(5)),
        false,
        true,
        5,
        Duration.ofMinutes(30));
  }

  /**
   * Everything as in Slack but the rates, which are off, and the pauses before redelivery, which
   * are short.
   */
  public static Limits hurried() {
    Duration moment = Duration.ofMillis(50);
    return slack().withRates(Map.of()).withRetryDelays(List.of(Duration.ZERO, moment, moment));
  }

  public Limits withRates(Map<String, Rate> others) {
    return new Limits(
        others,
        triggerLife,
        ackTime,
        retryDelays,
        redeliverInteractions,
        echoOwnMessages,
        responseUrlUses,
        responseUrlLife);
  }

  public Limits withRetryDelays(List<Duration> others) {
    return new Limits(
        rates,
        triggerLife,
        ackTime,
        others,
        redeliverInteractions,
        echoOwnMessages,
        responseUrlUses,
        responseUrlLife);
  }

  public Limits withAckTime(Duration other) {
    return new Limits(
        rates,
        triggerLife,
        other,
        retryDelays,
        redeliverInteractions,
        echoOwnMessages,
        responseUrlUses,
        responseUrlLife);
  }

  public Limits withRedeliveredInteractions() {
    return new Limits(
        rates,
        triggerLife,
        ackTime,
        retryDelays,
        true,
        echoOwnMessages,
        responseUrlUses,
        responseUrlLife);
  }

  public Limits withoutEcho() {
    return new Limits(
        rates,
        triggerLife,
        ackTime,
        retryDelays,
        redeliverInteractions,
        false,
        responseUrlUses,
        responseUrlLife);
  }
}
