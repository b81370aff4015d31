package io.countersign.audit;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;

/** Everything that is verified, as of one moment. */
public interface AuditBook {
  /** The chain of what was revealed to whom. */
  String READS = "reads";

  /** The chain of the anchors themselves. */
  String ANCHORS = "anchors";

  /** Every chain that anything belongs to: a row, a link, a head or an anchor. */
  SortedSet<String> chains();

  Chapter chapter(String chain);

  /** All anchors, oldest first. */
  List<Anchor> anchors();

  /** The heads that anchors name, in no order. */
  List<Anchor.AnchoredHead> anchoredHeads();

  /**
   * One chain and the rows that it should cover.
   *
   * @param links by their place
   * @param events how many events the run says that it has; nothing for a chain of no run
   */
  record Chapter(
      String chain,
      List<AuditRow> rows,
      List<Link> links,
      Optional<Head> head,
      OptionalLong events) {
    public Chapter {
      rows = List.copyOf(rows);
      links = List.copyOf(links);
    }
  }
}
