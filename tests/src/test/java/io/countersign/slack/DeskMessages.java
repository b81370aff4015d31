package io.countersign.slack;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;
import static io.countersign.support.Samples.NOON;
import static io.countersign.support.Samples.RUN;

import com.slack.api.model.Conversation;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.estate.DatabaseRef;
import io.countersign.gate.Roster;
import io.countersign.run.Drafts;
import io.countersign.run.Journal;
import io.countersign.runbook.ContextFields;
import io.countersign.runbook.Gate;
import io.countersign.runbook.Parameter;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Step;
import io.countersign.runbook.ValueType;
import io.countersign.support.RestoreStory;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** What people hear who type a command, press a button of a plan or steer a run. */
final class DeskMessages {
  private static final Role DBA = new Role("DBA");
  private final MessageSheet sheet;

  private DeskMessages(MessageSheet sheet) {
    this.sheet = sheet;
  }

  static void all(MessageSheet sheet) {
    var drawing = new DeskMessages(sheet);
    sheet.part("Answers to a command");
    drawing.plans();
    drawing.misread();
    drawing.rooms();
    drawing.refused();
    drawing.nobody();
    sheet.part("Buttons of a plan");
    drawing.starting();
    SteeringMessages.all(sheet);
  }

  private void plans() {
    typed("a plan", _ -> {}, "/tenant-restore", "acme to 12:30 because a bad migration");
    typed(
        "a plan, with what earlier runs took",
        it -> it.journal.past = RunMessages.took(MessageCases.shipped("tenant-restore")),
        "/tenant-restore",
        "acme to 12:30");
    typed("a plan of the way back", DeskMessages::kept, "/tenant-rollback", "acme");
    typed(
        "a plan that takes three others",
        it -> it.runbooks.put("tenant-restore", asking(3, List.of(Role.PLATFORM_ADMIN))),
        "/tenant-restore",
        "acme to 12:30");
    typed(
        "a plan that takes one of each",
        it -> {
          it.runbooks.put("tenant-restore", asking(2, List.of(Role.PLATFORM_ADMIN, DBA)));
        },
        "/tenant-restore",
        "acme to 12:30");
    typed(
        "a plan that nobody needs to countersign",
        it -> it.runbooks.put("tenant-restore", asking(0, List.of())),
        "/tenant-restore",
        "acme to 12:30");
    typed(
        "a plan that one person can countersign",
        it -> it.roles.put(Role.PLATFORM_ADMIN, members(0, ALICE, BOB)),
        "/tenant-restore",
        "acme to 12:30");
  }

  static void kept(OnPaper world) {
    var kept =
        new Journal.Kept(
            MessageCases.KEPT, NOON.minus(Duration.ofHours(26)), RUN, Optional.empty());
    world.journal.kept = Optional.of(kept);
    world.databases.put(MessageCases.KEPT.name(), MessageCases.KEPT);
  }

  static Roster.Reading members(int dropped, Person... people) {
    return new Roster.Reading.Members(Set.of(people), dropped, Duration.ZERO);
  }

  /** The restore with another policy; with none where nobody is to be asked. */
  private static Runbook asking(int approvals, List<Role> from) {
    return gated(
        approvals == 0
            ? Optional.empty()
            : Optional.of(Samples.gate(approvals, from, Optional.empty())));
  }

  private static Runbook gated(Optional<Gate> gate) {
    var real = MessageCases.shipped("tenant-restore");
    return with(
        real,
        real.steps().stream()
            .map(
                it ->
                    it.gate().isEmpty()
                        ? it
                        : new Step(it.id(), it.action(), it.with(), it.when(), gate, it.optional()))
            .toList());
  }

  static Runbook with(Runbook real, List<Step> steps) {
    return new Runbook(
        real.name(),
        real.title(),
        real.estates(),
        real.command(),
        real.requester(),
        real.parameters(),
        steps,
        real.onAbort(),
        real.source());
  }

  private void misread() {
    typed("how it is used", _ -> {}, "/tenant-restore", "");
    typed("no such command", _ -> {}, "/tenant-restor", "acme");
    for (var text :
        List.of(
            "acme to teatime",
            "acme to tomorrow",
            "acme to 2026-03-29T02:30",
            "acme to 23:30",
            "to",
            "acme",
            "acme to 12:30 to 12:31",
            "acme colour=red",
            "acme/x/y to 12:30",
            "acme to 12:30 because " + "very ".repeat(70),
            "x".repeat(4_001))) {
      typed("misread: " + MessageSheet.shortened(text), _ -> {}, "/tenant-restore", text);
    }
    for (var text :
        List.of(
            "",
            "acme server=! mode=fast count=x",
            "acme server=pg-1 mode=quick count=3 and more",
            "acme because of that")) {
      typed("another runbook: " + text, it -> it.runbooks.put("own", own()), "/own", text);
    }
    typed("asked back: twice", _ -> {}, "/tenant-restore", "acme to 2026-10-25 02:30");
    typed(
        "asked back: after midnight",
        it -> it.slack.zone = "Pacific/Kiritimati",
        "/tenant-restore",
        "acme to 14:30");
  }

  /** With parameters of types that ours have not. */
  private static Runbook own() {
    var real = MessageCases.shipped("tenant-restore");
    return new Runbook(
        "own",
        "Do something of one's own",
        real.estates(),
        Optional.of("/own"),
        real.requester(),
        List.of(
            parameter("tenant", ValueType.TENANT),
            parameter("server", ValueType.SERVER),
            parameter("mode", ValueType.CHOICE),
            parameter("count", ValueType.INT)),
        real.steps(),
        real.onAbort(),
        real.source());
  }

  private static Parameter parameter(String name, ValueType type) {
    return new Parameter(name, type, List.of("quick", "slow"), 300, Optional.empty(), false, "");
  }

  private void rooms() {
    room("not a member", Conversation.builder().id("C1").build());
    room("archived", Conversation.builder().id("C1").isMember(true).isArchived(true).build());
    room("shared", Conversation.builder().id("C1").isMember(true).isExtShared(true).build());
    room("a direct message", Conversation.builder().id("D1").isIm(true).build());
    typed("not one of the channels", it -> it.channels = Set.of("C0OTHER"), RESTORE, TEXT);
    typed(
        "no such channel",
        it -> it.slack.errors.put("conversationsInfo", "channel_not_found"),
        RESTORE,
        TEXT);
    typed(
        "a channel that cannot be read",
        it -> it.slack.errors.put("conversationsInfo", "ratelimited"),
        RESTORE,
        TEXT);
  }

  private static final DatabaseRef LONG_NAME =
      new DatabaseRef(Samples.SERVER, 16_503, "n".repeat(63));
  private static final String RESTORE = "/tenant-restore";
  private static final String TEXT = "acme to 12:30";

  private void room(String title, Conversation room) {
    typed(title, it -> it.slack.room = room, RESTORE, TEXT);
  }

  private void refused() {
    typed("no such tenant", _ -> {}, RESTORE, "acmee to 12:30");
    typed("no such tenant, and none of a similar name", _ -> {}, RESTORE, "globex to 12:30");
    typed("the database is away", it -> it.journal.broken = true, "/tenant-rollback", "acme");
    typed("outside the window", _ -> {}, RESTORE, "acme to 2026-11-01 12:30");
    typed(
        "outside the window, where an older backup is",
        BackupMessages::older,
        RESTORE,
        "acme to 2026-11-01 12:30");
    typed(
        "outside the window, where no backup is as old",
        BackupMessages::older,
        RESTORE,
        "acme to 2026-10-01 12:30");
    typed("no database there", it -> it.databases.clear(), RESTORE, TEXT);
    typed("no registry", it -> it.registryIsAway = true, RESTORE, TEXT);
    typed("nothing was kept", _ -> {}, "/tenant-rollback", "acme");
    typed(
        "what was kept is gone",
        it -> {
          kept(it);
          it.databases.remove(MessageCases.KEPT.name());
        },
        "/tenant-rollback",
        "acme");
    typed(
        "not in the role",
        it -> it.roles.put(Role.PLATFORM_ADMIN, members(0, BOB, DANA)),
        RESTORE,
        TEXT);
    typed(
        "nobody is in the role",
        it -> it.roles.put(Role.PLATFORM_ADMIN, members(0)),
        RESTORE,
        TEXT);
    typed(
        "a guest",
        it -> it.membership = Optional.of(new Roster.Membership.Excluded("a guest")),
        RESTORE,
        TEXT);
    typed(
        "somebody unknown",
        it ->
            it.membership =
                Optional.of(new Roster.Membership.Unreadable("Slack answered: rate limited")),
        RESTORE,
        TEXT);
    typed(
        "a role that cannot be read",
        it ->
            it.roles.put(
                Role.PLATFORM_ADMIN, new Roster.Reading.Unreadable("Slack answered: rate limited")),
        RESTORE,
        TEXT);
    typed(
        "a tenant whose database has the longest name",
        it -> it.databases.put("tenant_acme", LONG_NAME),
        RESTORE,
        TEXT);
    sheet.plain("the database is away, before anything was kept", BoltApp.LOST);
  }

  private void nobody() {
    typed(
        "nobody else could countersign",
        it -> it.roles.put(Role.PLATFORM_ADMIN, members(2, ALICE)),
        RESTORE,
        TEXT);
    typed(
        "one other where two are needed",
        it -> {
          it.runbooks.put("tenant-restore", asking(2, List.of(Role.PLATFORM_ADMIN)));
          it.roles.put(Role.PLATFORM_ADMIN, members(0, ALICE, BOB));
        },
        RESTORE,
        TEXT);
    typed(
        "nobody of the second role",
        it -> {
          it.runbooks.put("tenant-restore", asking(2, List.of(Role.PLATFORM_ADMIN, DBA)));
          it.roles.put(DBA, members(1, ALICE));
        },
        RESTORE,
        TEXT);
    typed(
        "a second role that cannot be read",
        it -> {
          it.runbooks.put("tenant-restore", asking(2, List.of(Role.PLATFORM_ADMIN, DBA)));
          it.roles.put(DBA, new Roster.Reading.Unreadable("no source is set for DBA"));
        },
        RESTORE,
        TEXT);
  }

  private void starting() {
    pressed("start", DeskMessages::planned, Commands.START, "7k2m9qxd");
    pressed(
        "started before",
        it -> {
          planned(it);
          it.journal.submission = Optional.of(new Journal.Submission.Repeated(RUN));
        },
        Commands.START,
        "7k2m9qxd");
    pressed(
        "held by another run",
        it -> {
          planned(it);
          it.journal.holds(
              MessageCases.of(
                  "", MessageCases.restoring(ContextFields.SWAP), new RestoreStory().copying()));
          it.journal.submission = Optional.of(new Journal.Submission.Held(RUN));
          it.draft = aged(it, ALICE, Duration.ZERO);
        },
        Commands.START,
        "7k2m9qxd");
    pressed("an unknown plan", _ -> {}, Commands.START, "7k2m9qxd");
    pressed(
        "somebody else's plan",
        it -> {
          planned(it);
          it.draft = aged(it, BOB, Duration.ZERO);
        },
        Commands.START,
        "7k2m9qxd");
    pressed(
        "an old plan",
        it -> {
          planned(it);
          it.draft = aged(it, ALICE, Duration.ofMinutes(61));
        },
        Commands.START,
        "7k2m9qxd");
    pressed(
        "a plan of a runbook that was changed",
        it -> {
          planned(it);
          it.runbooks.remove("tenant-restore");
        },
        Commands.START,
        "7k2m9qxd");
    pressed("not now", _ -> {}, Commands.NOT_NOW, "7k2m9qxd");
    pressed("every statement", DeskMessages::planned, Commands.STATEMENTS, "7k2m9qxd");
    pressed(
        "every statement, of a gate that keeps asking",
        it -> {
          it.runbooks.put("tenant-restore", gated(Optional.of(CardMessages.hold())));
          planned(it);
        },
        Commands.STATEMENTS,
        "7k2m9qxd");
    pressed("every statement, of no plan", _ -> {}, Commands.STATEMENTS, "7k2m9qxd");
    pressed(
        "Slack was too slow to open it",
        it -> it.slack.errors.put("viewsOpen", "expired_trigger_id"),
        Commands.STATEMENTS,
        "7k2m9qxd");
  }

  private static void planned(OnPaper world) {
    world.handle(new Inbound.Typed(ALICE, "C0INCIDENT", RESTORE, TEXT, "t"));
    world.slack.told.clear();
  }

  private static Optional<Drafts.Kept> aged(OnPaper world, Person who, Duration age) {
    return world.draft.map(it -> new Drafts.Kept(who, it.spec(), age));
  }

  private void typed(String title, Consumer<OnPaper> world, String command, String text) {
    answer(title, world, new Inbound.Typed(ALICE, "C0INCIDENT", command, text, "t"));
  }

  private void pressed(String title, Consumer<OnPaper> world, String action, String value) {
    answer(title, world, new Inbound.Clicked(ALICE, "C0INCIDENT", "1.2", action, value, "t"));
  }

  private void answer(String title, Consumer<OnPaper> world, Inbound inbound) {
    sheet.answers(title, world, inbound);
  }
}
