package io.countersign.run;

import static io.countersign.support.Samples.ACME;
import static io.countersign.support.Samples.LIVE;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Digest;
import io.countersign.Role;
import io.countersign.estate.Backup;
import io.countersign.estate.BackupRef;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRestorer.Window;
import io.countersign.estate.Tenant;
import io.countersign.run.Desk.Refusal;
import io.countersign.runbook.Parameter;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import io.countersign.support.SomeTenants;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who asks for a moment that the server does not reach hears what reaches it. */
class OutsideWindowTest {
  private static final Instant EARLIEST = NOON.minus(Duration.ofDays(7));
  private static final Tenant TENANT =
      new Tenant(
          ACME,
          "1",
          "Acme",
          "active",
          LIVE.name(),
          LIVE.server(),
          new SecretName("tenant-db-acme"));

  private List<Runbook> runbooks = List.of(restoring("medsuite"));

  private static Runbook restoring(String estate) {
    var backup =
        new Parameter("backup", ValueType.BACKUP, List.of(), 0, Optional.<Value>empty(), false, "");
    return new Runbook(
        "tenant-restore-backup",
        "Restore a backup",
        List.of(estate),
        Optional.of("/tenant-restore-backup"),
        Role.PLATFORM_ADMIN,
        List.of(backup),
        List.of(),
        List.of(),
        "");
  }

  private static Backup backup(String id, int daysAgo, boolean verified, int keptDays) {
    var at = NOON.minus(Duration.ofDays(daysAgo));
    return new Backup(
        id,
        RUN,
        ACME,
        LIVE,
        id,
        1,
        Digest.of(id),
        15,
        at,
        List.of(),
        NOON.plus(Duration.ofDays(keptDays)),
        verified ? Optional.of(at) : Optional.empty());
  }

  private Optional<Refusal> refusal(Instant to, Backup... newestFirst) {
    return OutsideWindow.of(
        new Value.Moment(to),
        TENANT,
        new SomeTenants("medsuite").estate(new Window(EARLIEST, NOON)).restorer(),
        () -> List.of(newestFirst),
        runbooks,
        NOON);
  }

  private static final Instant TEN_DAYS_AGO = NOON.minus(Duration.ofDays(10));

  @Test
  void a_moment_inside_is_not_refused() {
    assertThat(refusal(EARLIEST)).isEmpty();
    assertThat(refusal(NOON)).isEmpty();
  }

  @Test
  void the_newest_verified_backup_from_before_it_that_is_in_its_time_is_offered() {
    assertThat(
            refusal(
                TEN_DAYS_AGO,
                backup("00000001-dump-1", 1, true, 29),
                backup("00000002-dump-1", 11, false, 29),
                backup("00000003-dump-1", 12, true, -1),
                backup("00000004-dump-1", 13, true, 29),
                backup("00000005-dump-1", 14, true, 29)))
        .hasValueSatisfying(
            it -> {
              assertThat(it).isInstanceOf(Refusal.ABackupInstead.class);
              var offered = (Refusal.ABackupInstead) it;
              assertThat(offered.sentence()).contains("lies outside", "nothing was started");
              assertThat(offered.command()).isEqualTo("/tenant-restore-backup");
              assertThat(offered.words()).isEqualTo("acme backup=00000004-dump-1");
              assertThat(offered.words()).containsPattern(BackupRef.ID);
            });
  }

  @Test
  void without_one_it_says_so() {
    assertThat(refusal(TEN_DAYS_AGO, backup("00000001-dump-1", 1, true, 29)))
        .hasValueSatisfying(
            it ->
                assertThat(((Refusal.Because) it).sentence())
                    .contains("There is no verified backup of acme from before then."));
  }

  @Test
  void nothing_is_offered_for_what_is_to_come_or_where_no_runbook_restores_one() {
    var old = backup("00000004-dump-1", 13, true, 29);
    assertThat(refusal(NOON.plusSeconds(1), old)).get().isInstanceOf(Refusal.Because.class);
    runbooks = List.of(restoring("labsuite"));
    assertThat(refusal(TEN_DAYS_AGO, old)).get().isInstanceOf(Refusal.Because.class);
  }
}
