package io.countersign.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;

/**
 * A record over the heads of all chains at one moment. Each names the one before, so the last says
 * what all chains held, and a copy of it outside of the database cannot be changed with it.
 *
 * @param heads digest of the heads that moved since the anchor before
 * @param chains how many chains there were
 * @param links how many links they had together
 * @param hash over all of the above
 */
public record Anchor(
    long number,
    String occasion,
    String previous,
    String heads,
    long chains,
    long links,
    Instant at,
    String hash) {
  /** Where one chain stood when the anchor was made. */
  public record AnchoredHead(long anchor, String chain, long n, String hash) {}

  /** What its hash should be. */
  public String computed() {
    return new Written("countersign.anchor/1")
        .part(number)
        .part(occasion)
        .part(previous)
        .part(heads)
        .part(chains)
        .part(links)
        .part(ChronoUnit.MICROS.between(Instant.EPOCH, at))
        .hash();
  }

  /** The digest of these heads. */
  public static String digest(Collection<AnchoredHead> heads) {
    var written = new Written("countersign.heads/1");
    heads.stream()
        .sorted(Comparator.comparing(AnchoredHead::chain))
        .forEach(it -> written.part(it.chain()).part(it.n()).part(it.hash()));
    return written.hash();
  }
}
