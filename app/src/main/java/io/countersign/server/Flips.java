package io.countersign.server;

import io.countersign.action.restore.RestorePreflight;
import io.countersign.estate.OwnSecrets;
import io.countersign.estate.Registry.RegistryUnavailable;
import io.countersign.estate.TenantRef;
import io.countersign.postgres.Obstacles.Obstacle;
import io.countersign.postgres.QueryRegistry;
import io.countersign.runbook.ContextFields;
import java.util.ArrayList;
import java.util.List;

/** What a flip of a reference needs of an estate, looked at before a tenant is frozen for it. */
record Flips(QueryRegistry registry, OwnSecrets secrets) implements RestorePreflight.FlipCheck {
  private static final String OTHERWISE = ", or restore with strategy=" + ContextFields.SWAP;

  @Override
  public List<Obstacle> obstacles(TenantRef tenant) {
    var found = new ArrayList<Obstacle>();
    try {
      registry.tenant(tenant.slug()).ifPresent(it -> registry.rehearse("set-reference", it));
    } catch (RegistryUnavailable refused) {
      found.add(
          new Obstacle(
              "the reference cannot be changed: " + refused.getMessage(),
              "add the query to the estate's file and its rights to the bot's role"
                  + " (manifest/README.md, medsuite-grants.sql)"
                  + OTHERWISE));
    }
    secrets
        .unwritable()
        .ifPresent(it -> found.add(new Obstacle(it, "give it a folder of its own" + OTHERWISE)));
    return found;
  }
}
