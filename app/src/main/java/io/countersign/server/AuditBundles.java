package io.countersign.server;

import io.countersign.RunId;
import io.countersign.action.Catalogue;
import io.countersign.audit.Anchor;
import io.countersign.audit.AuditBook;
import io.countersign.audit.Bundle;
import io.countersign.audit.Finding;
import io.countersign.audit.Verification;
import io.countersign.run.Draft;
import io.countersign.run.Plans;
import io.countersign.run.Recorded;
import io.countersign.run.RunEvent;
import io.countersign.run.RunSpec;
import io.countersign.runbook.Runbook;
import io.countersign.store.Database;
import io.countersign.yaml.RunbookReader;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Puts bundles together from Countersign's own database and what is known of actions. */
public final class AuditBundles implements Bundle.Bundles {
  private static final Pattern ESTATES = Pattern.compile("(?m)^estates:\\s*\\[([^\\]]*)\\]");

  private final Database database;
  private final Function<String, Catalogue> actions;

  /**
   * @param actions of an estate, whose plans are asked for; nothing is run
   */
  public AuditBundles(Database database, Function<String, Catalogue> actions) {
    this.database = database;
    this.actions = actions;
  }

  private record Looked(AuditBook.Chapter chapter, List<Finding> findings, List<Anchor> anchors) {}

  @Override
  public Optional<Bundle> of(RunId run) {
    var journal = database.journal().read(run);
    if (journal.isEmpty()) {
      return Optional.empty();
    }
    var looked = database.audit().look(book -> look(book, run));
    var spec = spec(journal);
    var runbook = spec.flatMap(this::runbook);
    return Optional.of(
        new Bundle(
            run,
            looked.chapter(),
            looked.findings(),
            looked.anchors(),
            journal,
            database.gates().of(run),
            runbook,
            runbook.flatMap(it -> spec.map(s -> plan(it, s))).orElse(List.of()),
            database.journal().now()));
  }

  private static Looked look(AuditBook book, RunId run) {
    var covering =
        book.anchoredHeads().stream()
            .filter(it -> it.chain().equals(run.value()))
            .map(Anchor.AnchoredHead::anchor)
            .collect(Collectors.toSet());
    return new Looked(
        book.chapter(run.value()),
        Verification.of(book).findings(),
        book.anchors().stream().filter(it -> covering.contains(it.number())).toList());
  }

  private static Optional<RunSpec> spec(List<Recorded> journal) {
    return journal.getFirst().event() instanceof RunEvent.Requested(var spec)
        ? Optional.of(spec)
        : Optional.empty();
  }

  /** The pinned text; a version to which it means nothing any more shows it as it is. */
  private Optional<Runbook> runbook(RunSpec spec) {
    var estates = new HashSet<String>();
    estates.add(spec.tenant().estate());
    var named = ESTATES.matcher(spec.source());
    if (named.find()) {
      Arrays.stream(named.group(1).split(",", -1)).map(String::strip).forEach(estates::add);
    }
    var known = new ActionsKnown(actions.apply(spec.tenant().estate()), estates);
    return known.read(spec.runbook(), spec.source()) instanceof RunbookReader.Read.Valid(var it, _)
        ? Optional.of(it)
        : Optional.empty();
  }

  private List<Draft.PlannedStep> plan(Runbook runbook, RunSpec spec) {
    return Plans.steps(runbook.steps(), spec, actions.apply(spec.tenant().estate()));
  }
}
