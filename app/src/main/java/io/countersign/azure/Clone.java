package io.countersign.azure;

import com.azure.resourcemanager.postgresqlflexibleserver.fluent.models.ServerInner;
import com.azure.resourcemanager.postgresqlflexibleserver.models.ServerPublicNetworkAccessState;
import com.azure.resourcemanager.postgresqlflexibleserver.models.ServerState;
import io.countersign.RunId;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer.Copy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A server in Azure that a run made of another. It bears the run's name in its tags, and its own
 * name says that it is one: nothing else is ever changed or removed.
 */
record Clone(ServerInner server) {
  /** As {@code server.restore} names copies. */
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9][a-z0-9-]*-pitr-\\d{14}-[0-9a-z]{8}-a\\d{1,3}");

  private static final int PORT = 5432;
  private static final String RUN = "countersign-run";
  private static final String ESTATE = "countersign-estate";
  private static final String SOURCE = "countersign-source";
  private static final String MOMENT = "countersign-moment";
  private static final String EXPIRES = "countersign-expires";

  static boolean isName(String name) {
    return NAME.matcher(name).matches() && name.length() <= 63;
  }

  /** What is put on it when it is asked for, so that it is known by whoever finds it. */
  static Map<String, String> tags(Copy copy, Instant now, Duration keep) {
    return Map.of(
        RUN, copy.run().value(),
        ESTATE, copy.source().estate(),
        SOURCE, copy.source().name(),
        MOMENT, copy.target().toString(),
        EXPIRES, now.plus(keep).truncatedTo(ChronoUnit.SECONDS).toString());
  }

  static ServerInner wanted(Copy copy, ServerInner source, Map<String, String> tags) {
    var wanted =
        new ServerInner()
            .withLocation(source.location())
            .withTags(tags)
            .withCreateMode(
                com.azure.resourcemanager.postgresqlflexibleserver.models.CreateMode
                    .POINT_IN_TIME_RESTORE)
            .withSourceServerResourceId(source.id())
            .withPointInTimeUtc(copy.target().atOffset(ZoneOffset.UTC));
    var network = source.network();
    // a private server's copy stands where the server stands; a public one's says nothing
    return network != null && network.delegatedSubnetResourceId() != null
        ? wanted.withNetwork(network)
        : wanted;
  }

  boolean isOf(ServerRef copy, RunId run) {
    return copy.name().equals(server.name())
        && isName(server.name())
        && tag(RUN).filter(run.value()::equals).isPresent()
        && isOf(copy.estate());
  }

  boolean isOf(String estate) {
    return isName(server.name())
        && tag(ESTATE).filter(estate::equals).isPresent()
        && tag(SOURCE).filter(it -> !it.equals(server.name())).isPresent();
  }

  Optional<String> run() {
    return tag(RUN);
  }

  /** Empty also where somebody has changed the tag. */
  Optional<RunId> runId() {
    try {
      return run().map(RunId::new);
    } catch (IllegalArgumentException changed) {
      return Optional.empty();
    }
  }

  Optional<String> source() {
    return tag(SOURCE);
  }

  /** When it is a leftover; a tag that cannot be read makes it one already. */
  Instant expires() {
    try {
      return Instant.parse(tag(EXPIRES).orElse(""));
    } catch (java.time.format.DateTimeParseException changed) {
      return Instant.EPOCH;
    }
  }

  private Optional<String> tag(String name) {
    var tags = server.tags() == null ? new HashMap<String, String>() : server.tags();
    return Optional.ofNullable(tags.get(name));
  }

  record Address(String host, int port) {}

  /** Azure's addresses have no port; one that has is taken by its word. */
  Optional<Address> address() {
    var name = server.fullyQualifiedDomainName();
    if (name == null || name.isBlank()) {
      return Optional.empty();
    }
    int colon = name.lastIndexOf(':');
    return Optional.of(
        colon < 0
            ? new Address(name, PORT)
            : new Address(name.substring(0, colon), Integer.parseInt(name.substring(colon + 1))));
  }

  boolean isReady() {
    return ServerState.READY.equals(server.state());
  }

  boolean isGoing() {
    return ServerState.DROPPING.equals(server.state());
  }

  String state() {
    return server.state() == null ? "being made" : String.valueOf(server.state());
  }

  boolean isPublic() {
    var network = server.network();
    return network == null
        || (network.delegatedSubnetResourceId() == null
            && !ServerPublicNetworkAccessState.DISABLED.equals(network.publicNetworkAccess()));
  }
}
