package io.countersign.audit;

/**
 * One thing that is not as it was written.
 *
 * @param chain the run's id, or {@code reads}, {@code anchors}
 * @param row what it is about, such as {@code vote ...}
 * @param difference what is and what should be
 */
public record Finding(String chain, String row, String difference) {
  /** As a person reads it. */
  public String line() {
    return (chain.isEmpty()
            ? "no run"
            : AuditBook.READS.equals(chain) || AuditBook.ANCHORS.equals(chain)
                ? chain
                : "run " + chain)
        + " · "
        + row
        + " · "
        + difference;
  }
}
