package io.countersign.slack;

import com.slack.api.app_backend.interactive_components.response.BlockSuggestionResponse;
import com.slack.api.app_backend.interactive_components.response.Option;
import com.slack.api.app_backend.interactive_components.response.OptionGroup;
import com.slack.api.model.block.composition.PlainTextObject;
import io.countersign.Person;
import io.countersign.estate.Tenant;
import io.countersign.run.TenantIndex;
import io.countersign.runbook.Readings;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.ValueType;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * The tenants that a form offers while somebody types. The one request that is answered at once and
 * is not kept: it changes nothing, comes with every letter, and is worthless a moment later. It
 * therefore looks at nothing but memory, but for the first time; whoever may not start the form's
 * runbook is offered nothing.
 */
final class Suggestions {
  static final int MOST = 50;
  static final int LABEL = 75;
  static final int VALUE = 150;
  private static final int LONGEST = 200;

  /** Of the three seconds that Slack waits. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Collection<Runbook> runbooks;
  private final TenantIndex tenants;
  private final Viewers viewers;

  Suggestions(Collection<Runbook> runbooks, TenantIndex tenants, Viewers viewers) {
    this.runbooks = List.copyOf(runbooks);
    this.tenants = tenants;
    this.viewers = viewers;
  }

  /**
   * @param metadata of the form, which names its runbook
   */
  BlockSuggestionResponse answer(Person who, String metadata, String typed) {
    var runbook =
        runbooks.stream().filter(it -> it.name().equals(AskForm.runbook(metadata))).findFirst();
    var found = runbook.map(it -> offered(who, it, typed)).orElse(List.of());
    var estates = runbook.map(Runbook::estates).orElse(List.of());
    return estates.size() == 1 || found.isEmpty()
        ? BlockSuggestionResponse.builder()
            .options(found.stream().map(Suggestions::option).toList())
            .build()
        : BlockSuggestionResponse.builder()
            .optionGroups(
                estates.stream()
                    .map(it -> group(it, found))
                    .filter(it -> !it.getOptions().isEmpty())
                    .toList())
            .build();
  }

  List<Tenant> offered(Person who, Runbook runbook, String typed) {
    if (typed.length() > LONGEST || !viewers.may(who, runbook.requester())) {
      return List.of();
    }
    tenants.await(runbook.estates(), PATIENCE);
    return tenants.like(runbook.estates(), typed, MOST).stream()
        .filter(it -> Readings.read(ValueType.TENANT, value(it)).isPresent())
        .toList();
  }

  private static OptionGroup group(String estate, List<Tenant> tenants) {
    return OptionGroup.builder()
        .label(plain(estate))
        .options(
            tenants.stream()
                .filter(it -> it.ref().estate().equals(estate))
                .map(Suggestions::option)
                .toList())
        .build();
  }

  private static Option option(Tenant tenant) {
    return Option.builder().text(plain(label(tenant))).value(value(tenant)).build();
  }

  /** {@code acme · Acme Health}; the slug is never cut, since it is what is meant. */
  static String label(Tenant tenant) {
    var slug = tenant.ref().slug();
    var name = tenant.displayName().strip().replaceAll("\\s+", " ");
    return name.isEmpty() || name.equalsIgnoreCase(slug)
        ? slug
        : Mrkdwn.clipped(slug + " · " + name, LABEL);
  }

  static String value(Tenant tenant) {
    return tenant.ref().toString();
  }

  private static PlainTextObject plain(String text) {
    return PlainTextObject.builder().text(text).emoji(false).build();
  }
}
