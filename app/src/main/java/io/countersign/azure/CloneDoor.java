package io.countersign.azure;

import com.azure.resourcemanager.postgresqlflexibleserver.fluent.models.FirewallRuleInner;
import io.countersign.Problem;
import java.util.List;
import java.util.Optional;

/**
 * Who reaches a copy: the bot's address and no other. What a copy inherits is documented both ways,
 * so the rules are looked at, and all that are not ours go.
 */
final class CloneDoor {
  private static final String RULE = "countersign";

  private final FlexibleServers servers;
  private final Optional<String> letIn;

  CloneDoor(FlexibleServers servers, Optional<String> letIn) {
    this.servers = servers;
    this.letIn = letIn;
  }

  /** How the door stands. */
  sealed interface Door {
    /** The bot alone, or those in its private network, can knock. */
    record Set() implements Door {}

    record Setting() implements Door {}

    record Wrong(Problem problem) implements Door {}
  }

  /** One look, and what is missing is begun. */
  Door look(Clone clone) {
    var name = clone.server().name();
    if (!clone.isPublic()) {
      return new Door.Set();
    }
    if (letIn.isEmpty()) {
      return new Door.Wrong(
          new Problem(
              "closing the server copy " + name,
              "It is reached over public networks, and the estate's file says that servers are"
                  + " private.",
              "Add restore.azure.let-in with the bot's public address."));
    }
    var rules = servers.rules(name);
    var foreign = rules.stream().filter(it -> !isOurs(it, letIn.get())).toList();
    foreign.forEach(it -> servers.shut(name, it.name()));
    boolean open = rules.size() > foreign.size();
    if (!open && foreign.stream().noneMatch(it -> RULE.equals(it.name()))) {
      servers.letIn(name, RULE, letIn.get());
    }
    return open && foreign.isEmpty() ? new Door.Set() : new Door.Setting();
  }

  private static boolean isOurs(FirewallRuleInner rule, String address) {
    return List.of(RULE, address, address)
        .equals(
            List.of(
                String.valueOf(rule.name()),
                String.valueOf(rule.startIpAddress()),
                String.valueOf(rule.endIpAddress())));
  }
}
