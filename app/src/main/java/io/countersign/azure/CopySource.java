package io.countersign.azure;

import com.azure.resourcemanager.postgresqlflexibleserver.fluent.models.ServerInner;
import com.azure.resourcemanager.postgresqlflexibleserver.models.CreateMode;
import com.azure.resourcemanager.postgresqlflexibleserver.models.GeoRedundantBackupEnum;
import io.countersign.estate.PastSource;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.Exactness;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;

/**
 * What Azure is asked for, or why it is not asked. A moment is never answered by the latest data:
 * it holds what somebody wants to be rid of.
 */
final class CopySource {
  /** A server in one of these cannot be restored to a moment: its region, or its key, is away. */
  private static final Set<String> AWAY = Set.of("Inaccessible", "Disabled", "Unavailable");

  private final PastSource.OnAzure past;

  CopySource(PastSource.OnAzure past) {
    this.past = past;
  }

  /** From what a copy is made. */
  enum From {
    /** The service's backups in the server's own region, at a moment. */
    MOMENT,
    /** The geo-redundant backup, with the newest data that was copied to the paired region. */
    LATEST;

    /** How exact such a copy is, by what Azure says: nothing here proves it. */
    Exactness stated(Copy copy) {
      return new Exactness(
          Optional.empty(),
          Optional.empty(),
          switch (this) {
            case MOMENT ->
                "it stands at " + copy.target() + " as Azure states; nothing here proves it";
            case LATEST ->
                "it has the latest data that Azure had copied to another region, and stands at no"
                    + " moment that anybody chose: the last hour may be missing, and nothing here"
                    + " proves how much";
          });
    }
  }

  /** What came of looking at the source. */
  sealed interface Asked {
    record Wanted(ServerInner server) implements Asked {}

    record Refused(String happened, String next) implements Asked {}

    /** What was written lately is not kept yet. */
    record NotYet(Instant until) implements Asked {}
  }

  Asked asked(Copy copy, From from, ServerInner source, Instant now) {
    return switch (from) {
      case MOMENT -> moment(copy, source, now);
      case LATEST -> latest(copy, source, now);
    };
  }

  static Instant earliest(ServerInner source) {
    var backup = source.backup();
    return backup == null || backup.earliestRestoreDate() == null
        ? Instant.MAX
        : backup.earliestRestoreDate().toInstant();
  }

  private Asked moment(Copy copy, ServerInner source, Instant now) {
    if (AWAY.contains(String.valueOf(source.state()))) {
      return new Asked.Refused(
          "Azure shows "
              + copy.source()
              + " as "
              + source.state()
              + ", so it cannot be restored to "
              + copy.target()
              + ".",
          isGeoRedundant(source)
              ? "Look at status.azure.com and wait; or, where the latest data will do, use a"
                  + " runbook with server.restore-latest: its geo-redundant backup knows no"
                  + " moments."
              : "Look at status.azure.com and wait: it has no geo-redundant backup.");
    }
    var earliest = earliest(source);
    if (copy.target().isBefore(earliest)) {
      return new Asked.Refused(
          earliest.equals(Instant.MAX)
              ? "Azure names no moment to which " + copy.source() + " can be restored."
              : "Azure keeps " + copy.source() + " from " + earliest + " on.",
          "Ask for a later moment.");
    }
    var kept = copy.target().plus(past.behind());
    return now.isBefore(kept)
        ? new Asked.NotYet(kept)
        : new Asked.Wanted(Clone.wanted(copy, source, Clone.tags(copy, now, past.keep())));
  }

  private Asked latest(Copy copy, ServerInner source, Instant now) {
    if (past.pairedRegion().isEmpty()) {
      return new Asked.Refused(
          "The estate does not say where a geo-redundant backup may be restored.",
          "Add restore.azure.paired-region to the estate's file: it also says that the latest data"
              + " will do there.");
    }
    if (!isGeoRedundant(source)) {
      return new Asked.Refused(
          copy.source() + " has no geo-redundant backup; it is chosen when a server is made.",
          "Wait until its region is back.");
    }
    if (source.network() != null && source.network().delegatedSubnetResourceId() != null) {
      return new Asked.Refused(
          copy.source()
              + " is in a private network of its own region, and its copy would have no network.",
          "Restore it by hand into a subnet of " + past.pairedRegion().get() + ".");
    }
    return new Asked.Wanted(
        new ServerInner()
            .withLocation(past.pairedRegion().get())
            .withTags(Clone.tags(copy, now, past.keep()))
            .withCreateMode(CreateMode.GEO_RESTORE)
            .withSourceServerResourceId(source.id())
            .withPointInTimeUtc(now.atOffset(ZoneOffset.UTC)));
  }

  private static boolean isGeoRedundant(ServerInner source) {
    return source.backup() != null
        && GeoRedundantBackupEnum.ENABLED.equals(source.backup().geoRedundantBackup());
  }
}
