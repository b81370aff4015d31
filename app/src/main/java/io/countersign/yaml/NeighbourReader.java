package io.countersign.yaml;

import io.countersign.estate.Neighbours;
import io.countersign.estate.SecretName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads what stands beside an estate's servers: {@code servers: { <server>: { ... } }}. */
final class NeighbourReader {
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+]");
  private static final int HIGHEST_PORT = 65_535;

  private NeighbourReader() {}

  static Map<String, Neighbours> read(Section file) {
    var servers = new HashMap<String, Neighbours>();
    if (file.has("servers")) {
      file.section("servers")
          .ifPresent(
              it -> it.sections().forEach((name, server) -> servers.put(name, server(server))));
    }
    return servers;
  }

  private static Neighbours server(Section server) {
    server.closed(List.of("pgbouncers", "replicas", AccessReader.ENTRA_USER));
    var pgbouncers = new ArrayList<Neighbours.PgBouncer>();
    for (var each : listed(server, "pgbouncers")) {
      each.closed(List.of("host", "port", "login"))
          .needs("host", "Add the host on which its console answers.")
          .needs("port", "Add its port, such as 6432.")
          .needs("login", "Add the name of the secret of one of its admin_users.");
      var login = login(each);
      var place = place(each);
      if (login.isPresent() && place.isPresent()) {
        pgbouncers.add(
            new Neighbours.PgBouncer(place.get().host(), place.get().port(), login.get()));
      }
    }
    var replicas = new ArrayList<Neighbours.Replica>();
    for (var each : listed(server, "replicas")) {
      each.closed(List.of("host", "port"))
          .needs("host", "Add the standby's host.")
          .needs("port", "Add its port, such as 5432.");
      place(each).ifPresent(replicas::add);
    }
    return new Neighbours(pgbouncers, replicas);
  }

  private static List<Section> listed(Section server, String key) {
    return server.has(key) ? server.list(key) : List.of();
  }

  private static Optional<SecretName> login(Section section) {
    return section.word("login").flatMap(it -> EstateReader.secret(section, it));
  }

  private static Optional<Neighbours.Replica> place(Section section) {
    var host = section.word("host");
    var port = port(section);
    if (host.isPresent() && !HOST.matcher(host.get()).matches()) {
      section.complain("host", host.get() + " is no host", "Write a name or an address.");
      return Optional.empty();
    }
    return host.isPresent() && port.isPresent()
        ? Optional.of(new Neighbours.Replica(host.get(), port.getAsInt()))
        : Optional.empty();
  }

  private static OptionalInt port(Section section) {
    var port = section.integer("port");
    if (port.isEmpty()) {
      return OptionalInt.empty();
    }
    if (port.get() < 1 || port.get() > HIGHEST_PORT) {
      section.complain("port", "port " + port.get() + " is not 1 to 65535", "Write such as 6432.");
      return OptionalInt.empty();
    }
    return OptionalInt.of(port.get());
  }
}
