package io.countersign.server;

import io.countersign.audit.Anchors;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that anchors are made and stand in the file. Each process of a bot may do so at any
 * time: the database makes one anchor of two wishes.
 */
final class AnchorKeeper {
  private static final Logger log = LoggerFactory.getLogger(AnchorKeeper.class);

  /** While something goes on, no anchor is much older than this. */
  static final Duration AGE = Duration.ofMinutes(15);

  private final Anchors anchors;
  private final Optional<AnchorFile> file;

  AnchorKeeper(Anchors anchors, Optional<AnchorFile> file) {
    this.anchors = anchors;
    this.file = file;
  }

  /** Makes what is due and appends what the file lacks. Never throws. */
  void look() {
    try {
      anchors
          .makeIfDue(AGE)
          .ifPresent(
              it ->
                  log.info(
                      "audit anchor {} over {} chains: {}", it.number(), it.chains(), it.hash()));
      if (file.isPresent()) {
        var _ = file.get().append(anchors);
      }
    } catch (IOException | RuntimeException lost) {
      log.error(
          "the audit's anchors could not be kept: {}. Look at Countersign's own database and at"
              + " COUNTERSIGN_AUDIT_FILE; it is tried again.",
          lost.getClass().getSimpleName());
    }
  }
}
