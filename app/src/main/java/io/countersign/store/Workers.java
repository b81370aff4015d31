package io.countersign.store;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.countersign.RunId;
import io.countersign.action.Stop;
import io.countersign.run.RunEngine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Drives the engine with db-scheduler: one task, instance = run id. Several processes share the
 * work; a dead one's runs are taken over after its heartbeats are missed.
 */
public final class Workers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Workers.class);
  private static final Duration REST = Duration.ofMinutes(10);
  private static final Duration BROOM = Duration.ofSeconds(30);

  private final JdbiJournal journal;
  private final RunEngine engine;
  private final InstantSource clock;
  private final Scheduler scheduler;
  private final Map<RunId, Going> going = new ConcurrentHashMap<>();
  private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();

  private record Going(Stop stop, ExecutionContext context) {}

  /**
   * @param name unique among the processes that share the database
   * @param heartbeat a holder is dead after four of them are missed
   * @param clock this machine's: it wakes, and a wake-up that comes early or late decides nothing
   */
  public Workers(
      Database database,
      RunEngine engine,
      String name,
      Duration heartbeat,
      int threads,
      InstantSource clock) {
    this.journal = database.journal();
    this.engine = engine;
    this.clock = clock;
    var task =
        Tasks.custom(Ledger.TASK, Void.class)
            .onFailure(new FailureHandler.OnFailureRetryLater<>(Duration.ofSeconds(5)))
            .onDeadExecutionRevive()
            .execute((instance, context) -> execute(new RunId(instance.getId()), context));
    this.scheduler =
        Scheduler.create(database.pool(), task)
            .tableName(Database.SCHEMA + ".scheduled_tasks")
            .schedulerName(new SchedulerName.Fixed(name))
            .threads(threads)
            .clock(clock::instant)
            .executorService(Executors.newVirtualThreadPerTaskExecutor())
            .pollUsingLockAndFetch(0.5, 1.0)
            .pollingInterval(Duration.ofMillis(250))
            .heartbeatInterval(heartbeat)
            .missedHeartbeatsLimit(4)
            .shutdownMaxWait(Duration.ofSeconds(10))
            .deleteUnresolvedAfter(Duration.ofDays(3650))
            .build();
  }

  public void start() {
    scheduler.start();
    var _ = watch.scheduleWithFixedDelay(this::watch, 500, 500, TimeUnit.MILLISECONDS);
    var _ = watch.scheduleWithFixedDelay(this::sweep, 0, BROOM.toMillis(), TimeUnit.MILLISECONDS);
  }

  private CompletionHandler<Void> execute(RunId run, ExecutionContext context) {
    var stop = new Stop();
    going.put(run, new Going(stop, context));
    MDC.put("run", run.value());
    try {
      var next = engine.advance(run, stop);
      return (complete, operations) -> complete(run, next, complete, operations);
    } finally {
      MDC.remove("run");
      going.remove(run);
    }
  }

  /**
   * A command that came while the execution was held could not wake it: look again after parking.
   */
  private void complete(
      RunId run, RunEngine.Next next, ExecutionComplete complete, ExecutionOperations<Void> row) {
    switch (next) {
      case RunEngine.Next.Never() -> row.remove();
      case RunEngine.Next.Lost() -> row.reschedule(complete, clock.instant());
      case RunEngine.Next.In(var delay, var seen) ->
          park(run, row, complete, delay.isNegative() ? Duration.ZERO : delay, seen);
      case RunEngine.Next.WhenWoken(var seen) -> park(run, row, complete, REST, seen);
    }
  }

  private void park(
      RunId run,
      ExecutionOperations<Void> row,
      ExecutionComplete complete,
      Duration delay,
      long seen) {
    // the database's clock decides whether it is time; this one only wakes, and may wake early or
    // late
    var soon = delay.compareTo(REST) < 0 ? delay : REST;
    row.reschedule(complete, clock.instant().plus(soon));
    if (!journal.newest(run, seen)) {
      journal.wake(run);
    }
  }

  private void watch() {
    try {
      going.forEach(
          (run, work) -> {
            var heart = work.context().getCurrentlyExecuting().getHeartbeatState();
            if (heart.getFractionDead() > 0.5) {
              log.warn("run {}: the lease is in danger, its work is stopped", run);
              work.stop().request(Stop.Why.LEASE_LOST);
            } else if (journal.halted(run)) {
              work.stop().request(Stop.Why.CANCELLED);
            }
          });
    } catch (RuntimeException lost) {
      log.warn("could not look after running work: {}", lost.getClass().getSimpleName());
    }
  }

  /** Finds runs without an execution: a crash between two statements of ours cannot lose a run. */
  private void sweep() {
    try {
      journal.active().forEach(journal::ensureExecution);
    } catch (RuntimeException lost) {
      log.warn("could not look for lost runs: {}", lost.getClass().getSimpleName());
    }
  }

  @Override
  public void close() {
    going.values().forEach(it -> it.stop().request(Stop.Why.SHUTDOWN));
    scheduler.stop();
    watch.shutdownNow();
  }
}
