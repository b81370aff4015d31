package io.countersign.thread;

import io.countersign.Person;
import java.time.Instant;

/** A piece of a line, without any knowledge of how it is drawn. */
public sealed interface Span {
  /** Text as it is; whoever draws it escapes it. */
  record Text(String value) implements Span {}

  record Bold(Line line) implements Span {}

  record Code(String value) implements Span {}

  record Mention(Person person) implements Span {}

  /** A channel, by its id. */
  record Channel(String id) implements Span {}

  /** A moment; each reader sees it in their own zone. */
  record When(Instant at, Style style) implements Span {}

  record Link(String address, String label) implements Span {}

  /** How much of a moment is written. */
  enum Style {
    TIME,
    SECONDS,
    DAY,
    DAY_AND_TIME
  }
}
