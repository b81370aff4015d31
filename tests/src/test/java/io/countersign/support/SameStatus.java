package io.countersign.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.SandboxWorld;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * No run ends leaving a tenant in another status than it had: what holds at the end of every story.
 * A tenant whose run has not ended is somebody's to decide, and so is one whose last run a person
 * left as it stands.
 */
final class SameStatus {
  private static final String STATUSES =
      "SELECT string_agg(slug || '=' || status, ',') FROM identity.tenant";

  /** Whose run waits, or was ended by a person with everything as it stands and none after it. */
  private static final String EXCUSED =
      """
      SELECT coalesce(string_agg(DISTINCT split_part(r.subject, '/', 2), ','), '')
        FROM countersign.run r
       WHERE r.ended_at IS NULL
          OR EXISTS (SELECT FROM countersign.run_event e
                      WHERE e.run = r.id AND e.kind = 'left-as-is')
             AND NOT EXISTS (SELECT FROM countersign.run later
                              WHERE later.subject = r.subject
                                AND later.requested_at > r.requested_at)\
      """;

  private final SandboxWorld world;
  private final Map<String, String> opened;

  private SameStatus(SandboxWorld world, Map<String, String> opened) {
    this.world = world;
    this.opened = opened;
  }

  static SameStatus opened(SandboxWorld world) {
    return new SameStatus(world, statuses(world));
  }

  /** Fails where a tenant has another status now; siblings that came meanwhile are no tenants. */
  void require() {
    var excused =
        Arrays.asList(
            world.one(world.medsuite().journalLogin().database(), EXCUSED).split(",", -1));
    var before = new TreeMap<>(opened);
    before.keySet().removeAll(excused);
    var after = statuses(world);
    after.keySet().retainAll(before.keySet());
    assertThat(after).as("the statuses that tenants had before the story").isEqualTo(before);
  }

  private static Map<String, String> statuses(SandboxWorld world) {
    var found = new TreeMap<String, String>();
    for (var each : world.one("medsuite", STATUSES).split(",", -1)) {
      int equals = each.indexOf('=');
      found.put(each.substring(0, equals), each.substring(equals + 1));
    }
    return found;
  }
}
