package io.countersign.audit;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** An anchor as one line of the file that is kept outside of the database. */
public record AnchorLine(long number, Instant at, long chains, long links, String hash) {
  private static final String FORM = "countersign-anchor/1";

  public static AnchorLine of(Anchor anchor) {
    return new AnchorLine(
        anchor.number(), anchor.at(), anchor.chains(), anchor.links(), anchor.hash());
  }

  /** Without an end of line. */
  public String text() {
    return String.join(
        " ",
        FORM,
        Long.toString(number),
        at.toString(),
        Long.toString(chains),
        Long.toString(links),
        hash);
  }

  /** Empty where the line is no anchor. */
  public static Optional<AnchorLine> read(String line) {
    var words = line.strip().split(" ", -1);
    if (words.length != 6 || !words[0].equals(FORM) || !words[5].matches("[0-9a-f]{64}")) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new AnchorLine(
              Long.parseLong(words[1]),
              Instant.parse(words[2]),
              Long.parseLong(words[3]),
              Long.parseLong(words[4]),
              words[5]));
    } catch (NumberFormatException | DateTimeParseException malformed) {
      return Optional.empty();
    }
  }

  /** Whether this is that anchor. */
  public boolean is(Anchor anchor) {
    return equals(of(anchor));
  }
}
