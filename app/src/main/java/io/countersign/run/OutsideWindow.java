package io.countersign.run;

import io.countersign.estate.Backup;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.Tenant;
import io.countersign.run.Desk.Refusal;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A moment that a server's past does not reach; a verified backup from before it may. */
final class OutsideWindow {
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  private OutsideWindow() {}

  /**
   * @param to the moment that was asked for, if one was
   * @param backups the tenant's in the catalogue, the newest first
   * @param runbooks among which one may restore a backup
   */
  static Optional<Refusal> of(
      @Nullable Value to,
      Tenant tenant,
      ServerRestorer restorer,
      Supplier<List<Backup>> backups,
      Collection<Runbook> runbooks,
      Instant now) {
    if (!(to instanceof Value.Moment(var moment))) {
      return Optional.empty();
    }
    var window = restorer.window(tenant.server());
    if (window.contains(moment)) {
      return Optional.empty();
    }
    var sentence =
        "%s can be restored to any moment from %s to %s; %s lies outside, and nothing was started."
            .formatted(
                tenant.server(),
                SECOND.format(window.earliest()),
                SECOND.format(window.latest()),
                SECOND.format(moment));
    var command = command(runbooks, tenant);
    return Optional.of(
        command.isEmpty() || moment.isAfter(window.latest())
            ? new Refusal.Because(sentence)
            : instead(sentence, tenant, command.get(), newest(backups.get(), moment, now)));
  }

  private static Optional<Backup> newest(List<Backup> backups, Instant moment, Instant now) {
    return backups.stream()
        .filter(it -> ChosenBackup.usable(it, now) && !it.takenAt().isAfter(moment))
        .findFirst();
  }

  private static Refusal instead(
      String sentence, Tenant tenant, Command command, Optional<Backup> backup) {
    var slug = tenant.ref().slug();
    return backup
        .<Refusal>map(
            it ->
                new Refusal.ABackupInstead(
                    sentence
                        + " Past its server's window a tenant comes back from a backup: the newest"
                        + " verified one from before then is of "
                        + SECOND.format(it.takenAt())
                        + ".",
                    command.typed(),
                    slug + " " + command.parameter() + "=" + it.id()))
        .orElseGet(
            () ->
                new Refusal.Because(
                    sentence + " There is no verified backup of " + slug + " from before then."));
  }

  /** What people type, and the parameter that is the backup. */
  private record Command(String typed, String parameter) {}

  private static Optional<Command> command(Collection<Runbook> runbooks, Tenant tenant) {
    return runbooks.stream()
        .filter(it -> it.estates().contains(tenant.ref().estate()))
        .sorted(Comparator.comparing(Runbook::name))
        .flatMap(
            runbook ->
                runbook.parameters().stream()
                    .filter(it -> it.type() == ValueType.BACKUP)
                    .flatMap(
                        it ->
                            runbook.command().stream().map(typed -> new Command(typed, it.name()))))
        .findFirst();
  }
}
