package io.countersign.run;

import io.countersign.estate.Tenant;
import io.countersign.run.Desk.Refusal;
import io.countersign.runbook.Near;
import io.countersign.runbook.Runbook;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the tenant that somebody means, in the registries of a runbook's estates. */
final class TenantSearch {
  private final Map<String, EstateParts> estates;

  TenantSearch(Map<String, EstateParts> estates) {
    this.estates = Map.copyOf(estates);
  }

  /** What was found. */
  sealed interface Found {
    record One(EstateParts parts, Tenant tenant) implements Found {}

    record None(Refusal refusal) implements Found {}
  }

  /**
   * @param name {@code acme}, or {@code medsuite/acme}
   */
  Found find(String name, Runbook runbook) {
    int slash = name.indexOf('/');
    var slug = name.substring(slash + 1);
    var found = new ArrayList<Found.One>();
    for (var estate : runbook.estates()) {
      parts(estate)
          .filter(_ -> slash < 0 || name.substring(0, slash).equals(estate))
          .ifPresent(
              it ->
                  it.registry()
                      .tenant(slug)
                      .ifPresent(tenant -> found.add(new Found.One(it, tenant))));
    }
    return switch (found.size()) {
      case 0 -> new Found.None(unknown(name, runbook));
      case 1 -> found.getFirst();
      default -> new Found.None(several(name, found));
    };
  }

  private Optional<EstateParts> parts(String estate) {
    return Optional.ofNullable(estates.get(estate));
  }

  /** A runbook for several estates must not choose by itself which of them is meant. */
  private static Refusal several(String name, List<Found.One> found) {
    var names = found.stream().map(it -> it.tenant().ref().toString()).toList();
    return new Refusal.OtherTenant(
        "There is more than one tenant "
            + name
            + ", so nothing was started: "
            + String.join(", ", names)
            + ". Say which.",
        names);
  }

  private Refusal unknown(String name, Runbook runbook) {
    var known =
        runbook.estates().stream()
            .flatMap(it -> parts(it).stream())
            .flatMap(it -> it.registry().tenants().stream())
            .map(Tenant::ref)
            .toList();
    boolean qualified = name.indexOf('/') >= 0 || runbook.estates().size() > 1;
    var slugs = known.stream().map(it -> it.slug()).distinct().toList();
    var near = Near.names(name.substring(name.indexOf('/') + 1), slugs);
    var instead =
        near.stream()
            .flatMap(slug -> known.stream().filter(it -> it.slug().equals(slug)))
            .map(it -> qualified ? it.toString() : it.slug())
            .distinct()
            .limit(3)
            .toList();
    return new Refusal.OtherTenant(
        "There is no tenant "
            + name
            + " in "
            + runbook.estates().stream().collect(Collectors.joining(", "))
            + "; nothing was started."
            + (instead.isEmpty()
                ? " Look for its name in the registry."
                : " Did you mean " + String.join(" or ", instead) + "?"),
        instead);
  }
}
