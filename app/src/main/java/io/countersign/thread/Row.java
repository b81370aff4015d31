package io.countersign.thread;

/**
 * One line of a run's message: a state in words first, then what it is about.
 *
 * @param word {@code done}, {@code running}, {@code waits for a second person}, {@code needs you},
 *     {@code in doubt}, {@code not done}, {@code skipped}, {@code next}
 */
public record Row(String word, Line line) {
  public Line whole() {
    return Line.of(word + " · ").line(line);
  }
}
