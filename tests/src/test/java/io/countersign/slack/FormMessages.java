package io.countersign.slack;

import static io.countersign.support.Samples.ALICE;
import static io.countersign.support.Samples.BOB;
import static io.countersign.support.Samples.DANA;

import com.slack.api.model.Conversation;
import io.countersign.Role;
import io.countersign.runbook.Parameter;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Forms that ask for what a command needs, what comes of them, and {@code /runbook}. */
final class FormMessages {
  private static final String RESTORE = "/tenant-restore";
  private static final String ANY = "/runbook";

  private final MessageSheet sheet;
  private final UnaryOperator<String> texts;

  /** What is too long to be read; only whether Slack takes it is of interest. */
  private final MessageSheet aside = new MessageSheet();

  private FormMessages(MessageSheet sheet, UnaryOperator<String> texts) {
    this.sheet = sheet;
    this.texts = texts;
  }

  static void all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawing = new FormMessages(sheet, texts);
    drawing.draw();
    sheet.take(drawing.aside);
  }

  private void draw() {
    sheet.part("Forms that ask what a run needs");
    sheet.view("while it is looked up", Modals.loading(), "modal");
    opened();
    notOpened();
    filled();
    changed();
    sheet.part("Which runbooks there are");
    runbooks();
    sheet.part("Did you mean");
    near();
  }

  private FormMessages aside() {
    return new FormMessages(aside, texts);
  }

  private void opened() {
    typed("nothing said", _ -> {}, RESTORE, "");
    typed("a tenant said", _ -> {}, RESTORE, "acme because a bad migration");
    typed("a similar tenant said", _ -> {}, RESTORE, "acmee");
    typed("an unknown tenant said", _ -> {}, RESTORE, "globex");
    typed("no registry", it -> it.registryIsAway = true, RESTORE, "acme");
    typed("where Slack knows no zone", it -> it.slack.zone = "", RESTORE, "acme");
    typed("a plan where Slack knows no zone", it -> it.slack.zone = "", RESTORE, "acme to 11:30");
    typed("a time to come, there", it -> it.slack.zone = "", RESTORE, "acme to 23:30");
    typed("every kind of field", it -> it.runbooks.put("own", every()), "/own", "");
    typed(
        "every kind of field, filled in",
        it -> it.runbooks.put("own", every()),
        "/own",
        "server=pg-1 mode=d count=3 length=90s size=2GB sure=true secret=tenant-db-acme"
            + " note=\"a bad migration\"");
    aside().typed("forty fields", it -> it.runbooks.put("own", forty()), "/own", "");
    pressed("by the button of an answer", _ -> {}, "form.tenant-restore", "tenant=acme to=12:30");
  }

  private void notOpened() {
    typed("in a channel without the bot", FormMessages::outside, RESTORE, "");
    typed(
        "by somebody without the role",
        it -> it.roles.put(Role.PLATFORM_ADMIN, DeskMessages.members(0, BOB, DANA)),
        RESTORE,
        "");
    typed(
        "Slack was too slow",
        it -> it.slack.errors.put("viewsOpen", "expired_trigger_id"),
        RESTORE,
        "acme because a bad migration");
    sheet.answers(
        "for a runbook that is gone",
        _ -> {},
        new Inbound.Clicked(ALICE, "C0INCIDENT", "1.2", "form.gone", "gone\n", "t"));
  }

  private static void outside(OnPaper world) {
    world.slack.room = Conversation.builder().id("C1").build();
  }

  private void filled() {
    var good =
        Map.of("tenant", "acme", "to.date", "2026-11-21", "to.time", "12:30", "reason", "wrong");
    form("filled in", _ -> {}, good);
    form("filled in, for another channel", FormMessages::outside, good);
    form("left empty", _ -> {}, Map.of());
    form("too early", _ -> {}, with(good, "to.date", "2026-11-01"));
    form("in the future", _ -> {}, with(good, "to.time", "23:30"));
    form("no day", _ -> {}, with(good, "to.date", ""));
    form("no time", _ -> {}, with(good, "to.time", ""));
    form("no seconds", _ -> {}, with(good, "to.seconds", "soon"));
    form("no tenant's name", _ -> {}, with(good, "tenant", texts.apply("acme acme")));
    form("a choice that is none", _ -> {}, with(good, "strategy", "luck"));
    form("a reason too long", _ -> {}, with(good, "reason", "very ".repeat(70)));
    form("an hour that comes twice", _ -> {}, twice(good));
    sheet.answers(
        "of a runbook that was changed",
        _ -> {},
        new Inbound.Submitted(
            ALICE,
            "C0INCIDENT",
            "",
            AskForm.CALLBACK,
            "tenant-restore\nC0INCIDENT\n\nUTC\n0",
            Map.of()));
  }

  private static Map<String, String> twice(Map<String, String> good) {
    return with(with(good, "to.date", "2026-10-25"), "to.time", "02:30");
  }

  private static Map<String, String> with(Map<String, String> fields, String field, String text) {
    var changed = new HashMap<>(fields);
    changed.put(field, text);
    return changed;
  }

  private void form(String title, Consumer<OnPaper> world, Map<String, String> fields) {
    var runbook = MessageCases.shipped("tenant-restore");
    var entered = new HashMap<String, String>();
    fields.forEach((field, text) -> entered.put(AskForm.block(field), text));
    var metadata =
        String.join(
            "\n", runbook.name(), "C0INCIDENT", "", "Europe/Madrid", runbook.digest().hex());
    sheet.answers(
        title,
        world,
        new Inbound.Submitted(ALICE, "C0INCIDENT", "", AskForm.CALLBACK, metadata, entered));
  }

  private void changed() {
    sheet.answers(
        "a plan that is to be changed",
        it -> {
          var text = texts.apply("acme to 12:30:05 because a bad migration");
          it.handle(new Inbound.Typed(ALICE, "C0INCIDENT", RESTORE, text, "t"));
          it.slack.told.clear();
        },
        new Inbound.Clicked(ALICE, "C0INCIDENT", "", Commands.CHANGE, "7k2m9qxd", "t"));
    sheet.answers(
        "a plan that is not there",
        _ -> {},
        new Inbound.Clicked(ALICE, "C0INCIDENT", "", Commands.CHANGE, "7k2m9qxd", "t"));
  }

  private void runbooks() {
    typed("all", _ -> {}, ANY, "");
    typed("none", it -> it.runbooks.clear(), ANY, "help");
    aside().typed("a hundred", it -> it.runbooks.putAll(hundred()), ANY, "");
    typed("about one", _ -> {}, ANY, "help tenant-restore");
    typed("about one with every kind of field", FormMessages::own, ANY, "help own");
    typed("about one that is only planned", _ -> {}, ANY, "tenant-drop-old acme");
    typed("one by its name", _ -> {}, ANY, "tenant-restore acme to 12:30");
    typed("one without a command", FormMessages::own, ANY, "own acme and more");
    typed("one spelt nearly so", _ -> {}, ANY, "tenant-restor acme to 12:30");
    typed("help about one spelt nearly so", _ -> {}, ANY, "help tenant-rolback");
    typed("one that is not there", _ -> {}, ANY, "make-tea now");
    typed("one where there is none", it -> it.runbooks.clear(), ANY, "make-tea now");
    typed("with a very long name", _ -> {}, ANY, "n".repeat(3_900));
  }

  private static void own(OnPaper world) {
    world.runbooks.put("own", every());
  }

  private void near() {
    typed("a word that is nearly one", _ -> {}, RESTORE, "acme too 12:30");
    typed("a name that is nearly one", _ -> {}, RESTORE, "acme tto=12:30");
    typed("a choice that is nearly one", _ -> {}, RESTORE, "acme to 12:30 strategy=flip-the-reff");
    typed("a tenant that is nearly one", _ -> {}, RESTORE, "acmee to 12:30 because wrong");
    typed("a tenant that there is twice", FormMessages::both, RESTORE, "acme to 12:30");
    typed("a reason without its word", _ -> {}, RESTORE, "acme to 12:30 wrong minute");
    typed("what means nothing", _ -> {}, RESTORE, texts.apply("acme a bad migration"));
  }

  /** With a runbook for two estates that have a tenant of one name. */
  private static void both(OnPaper world) {
    world.twoEstates = true;
    var real = MessageCases.shipped("tenant-restore");
    world.runbooks.put(
        "tenant-restore",
        new Runbook(
            real.name(),
            real.title(),
            List.of("medsuite", "labsuite"),
            real.command(),
            real.requester(),
            real.parameters(),
            real.steps(),
            real.onAbort(),
            real.source()));
  }

  private static Map<String, Runbook> hundred() {
    var many = new HashMap<String, Runbook>();
    IntStream.range(0, 100)
        .mapToObj(it -> "another-runbook-with-a-long-name-%02d".formatted(it))
        .forEach(it -> many.put(it, runbook(it, Optional.empty(), every().parameters())));
    return many;
  }

  /** With one parameter of each type that a form asks for. */
  private static Runbook every() {
    return runbook(
        "own",
        Optional.of("/own"),
        List.of(
            parameter("tenant", ValueType.TENANT),
            parameter("at", ValueType.INSTANT, true),
            parameter("server", ValueType.SERVER),
            parameter("mode", ValueType.CHOICE),
            parameter("count", ValueType.INT),
            parameter("length", ValueType.DURATION),
            parameter("size", ValueType.SIZE),
            parameter("sure", ValueType.BOOLEAN),
            parameter("secret", ValueType.SECRET_NAME),
            parameter("backup", ValueType.BACKUP),
            parameter("note", ValueType.TEXT, true)));
  }

  private static Runbook forty() {
    var parameters =
        IntStream.range(0, 40)
            .mapToObj(
                it ->
                    new Parameter(
                        "p".repeat(60) + it,
                        it == 0 ? ValueType.TENANT : ValueType.TEXT,
                        List.of(),
                        300,
                        it == 0 ? Optional.empty() : Optional.of(new Value.Text("x".repeat(300))),
                        false,
                        "h".repeat(500)))
            .toList();
    return runbook("own", Optional.of("/own"), parameters);
  }

  private static Parameter parameter(String name, ValueType type) {
    return parameter(name, type, false);
  }

  private static Parameter parameter(String name, ValueType type, boolean optional) {
    var choices =
        type == ValueType.CHOICE ? List.of("a", "b", "c", "d", "e", "f") : List.<String>of();
    return new Parameter(name, type, choices, 300, Optional.empty(), optional, "");
  }

  private static Runbook runbook(
      String name, Optional<String> command, List<Parameter> parameters) {
    var real = MessageCases.shipped("tenant-restore");
    return new Runbook(
        name,
        "Do something of one's own",
        real.estates(),
        command,
        real.requester(),
        parameters,
        real.steps(),
        real.onAbort(),
        real.source());
  }

  private void typed(String title, Consumer<OnPaper> world, String command, String text) {
    sheet.answers(
        title, world, new Inbound.Typed(ALICE, "C0INCIDENT", command, texts.apply(text), "t"));
  }

  private void pressed(String title, Consumer<OnPaper> world, String action, String text) {
    sheet.answers(
        title,
        world,
        new Inbound.Clicked(
            ALICE, "C0INCIDENT", "1.2", action, "tenant-restore\n" + texts.apply(text), "t"));
  }
}
