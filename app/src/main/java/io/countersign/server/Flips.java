package io.countersign.server;

import io.countersign.action.restore.RestorePreflight;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry.RegistryUnavailable;
import io.countersign.estate.TenantRef;
import io.countersign.postgres.CommandRegistry;
import io.countersign.postgres.Obstacles.Obstacle;
import io.countersign.runbook.ContextFields;
import java.util.ArrayList;
import java.util.List;

/** What a flip of a reference needs of an estate, looked at before a tenant is frozen for it. */
record Flips(CommandRegistry registry, OwnSecrets secrets) implements RestorePreflight.FlipCheck {
  @Override
  public List<Obstacle> obstacles(TenantRef tenant) {
    return obstacles(tenant, ", or restore with strategy=" + ContextFields.SWAP);
  }

  /**
   * What a restored backup needs, to stand beside its tenant or to become live.
   *
   * @param then as the runbook's choice says
   */
  List<Obstacle> ofBackup(TenantRef tenant, String then) {
    return switch (then) {
      case "point-live" -> obstacles(tenant, ", or restore with then=keep-beside");
      case "keep-beside" -> enrolling(tenant);
      default -> List.of();
    };
  }

  private List<Obstacle> enrolling(TenantRef tenant) {
    var found = new ArrayList<Obstacle>();
    for (var query : List.of("enrol", "withdraw")) {
      try {
        registry.tenant(tenant.slug()).ifPresent(it -> registry.rehearse(query, it));
      } catch (RegistryUnavailable refused) {
        found.add(
            new Obstacle(
                "no sibling can be enrolled: " + refused.getMessage(),
                "add the query to the estate's file and its rights to the bot's role"
                    + " (manifest/README.md, medsuite-grants.sql), or install the command, or"
                    + " restore with then=point-live"));
      }
    }
    secrets
        .unwritable()
        .ifPresent(it -> found.add(new Obstacle(it, "give it a folder of its own")));
    return found;
  }

  private List<Obstacle> obstacles(TenantRef tenant, String otherwise) {
    var found = new ArrayList<Obstacle>();
    try {
      registry.tenant(tenant.slug()).ifPresent(it -> registry.rehearse("set-reference", it));
    } catch (RegistryUnavailable refused) {
      found.add(
          new Obstacle(
              "the reference cannot be changed: " + refused.getMessage(),
              "add the query to the estate's file and its rights to the bot's role"
                  + " (manifest/README.md, medsuite-grants.sql)"
                  + otherwise));
    }
    secrets
        .unwritable()
        .ifPresent(it -> found.add(new Obstacle(it, "give it a folder of its own" + otherwise)));
    return found;
  }
}
