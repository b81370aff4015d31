package io.countersign.slack;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.Bytes;
import io.countersign.estate.Backup;
import io.countersign.estate.BackupRef;
import io.countersign.estate.Tenant;
import io.countersign.runbook.Arguments.Said;
import io.countersign.runbook.FilledIn;
import io.countersign.runbook.Parameter;
import io.countersign.runbook.Readings;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import io.countersign.thread.Line;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The form that asks for what a runbook takes. A field's block and action have one id. */
final class AskForm {
  static final String CALLBACK = "ask";

  /** Before each field's name, so that no parameter is called like another block. */
  private static final String FIELD = "ask.";

  private static final int MOST_RADIOS = 5;
  private static final int ONE_LINE = 100;

  /** Slack takes a hundred; who wants an older one writes its id. */
  static final int BACKUPS = 50;

  private static final DateTimeFormatter TAKEN =
      DateTimeFormatter.ofPattern("EEE d MMM uuuu HH:mm", Locale.ENGLISH);
  private static final DateTimeFormatter DAY = DateTimeFormatter.ISO_LOCAL_DATE;
  private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("HH:mm");
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Shape shape;
  private final Blocks blocks = Blocks.view();

  /**
   * What is to be drawn.
   *
   * @param channel where the plan will be shown, and the run
   * @param zone in which the person means a time
   * @param values what was said before
   * @param lead what stands above the fields
   * @param tenant the one that was said, where it is known
   * @param offered whether tenants can be offered; else the name is typed
   * @param backups of the tenant, the newest first; none where they are not known
   * @param now the database's clock
   */
  record Shape(
      Runbook runbook,
      String channel,
      ZoneId zone,
      Map<String, Said> values,
      List<Line> lead,
      Optional<Tenant> tenant,
      boolean offered,
      List<Backup> backups,
      Instant now) {
    Shape {
      backups = List.copyOf(backups);
      values = Map.copyOf(values);
      lead = List.copyOf(lead);
    }
  }

  private AskForm(Shape shape) {
    this.shape = shape;
  }

  static String draw(Shape shape) {
    return new AskForm(shape).drawn();
  }

  private String drawn() {
    var runbook = shape.runbook();
    blocks.lines(shape.lead());
    FilledIn.asked(runbook).forEach(this::parameter);
    var view = JSON.objectNode();
    view.put("type", "modal").put("callback_id", CALLBACK);
    view.set("title", Blocks.plain(Mrkdwn.clipped(runbook.name(), 24)));
    view.set("submit", Blocks.plain("Show the plan"));
    view.set("close", Blocks.plain("Not now"));
    view.put("private_metadata", metadata());
    view.set("blocks", blocks.array());
    return view.toString();
  }

  // What the form carries: names of things, no authority

  private String metadata() {
    return String.join(
        "\n",
        shape.runbook().name(),
        shape.channel(),
        "",
        shape.zone().getId(),
        shape.runbook().digest().hex());
  }

  static String runbook(String metadata) {
    return Modals.part(metadata, 0);
  }

  static ZoneId zone(String metadata) {
    try {
      return ZoneId.of(Modals.part(metadata, 3));
    } catch (DateTimeException unknown) {
      return Zones.UTC;
    }
  }

  /** Whether the form was drawn for this very text of the runbook. */
  static boolean isFor(Runbook runbook, String metadata) {
    return runbook.digest().hex().equals(Modals.part(metadata, 4));
  }

  /** What was entered, by field. */
  static Map<String, String> fields(Map<String, String> entered) {
    var fields = new HashMap<String, String>();
    entered.forEach(
        (block, value) -> {
          if (block.startsWith(FIELD)) {
            fields.put(block.substring(FIELD.length()), value);
          }
        });
    return fields;
  }

  static String block(String field) {
    return FIELD + field;
  }

  // Fields

  private void parameter(Parameter parameter) {
    switch (parameter.type()) {
      case TENANT -> tenant(parameter);
      case INSTANT -> moment(parameter);
      case CHOICE -> choice(parameter, options(parameter.choices()));
      case BOOLEAN -> choice(parameter, options(List.of("true", "false")));
      case TEXT -> text(parameter, Math.min(Blocks.SECTION, parameter.max()));
      case INT, DURATION, SIZE, SERVER, SECRET_NAME -> text(parameter, 200);
      case BACKUP -> backup(parameter);
      case DATABASE -> {}
    }
  }

  private void tenant(Parameter parameter) {
    if (!shape.offered()) {
      text(parameter, Suggestions.VALUE);
      return;
    }
    var element = element("external_select", parameter.name()).put("min_query_length", 0);
    element.set("placeholder", Blocks.plain("Type a few letters"));
    shape
        .tenant()
        .ifPresent(
            it ->
                element.set(
                    "initial_option", option(Suggestions.label(it), Suggestions.value(it))));
    field(parameter, parameter.name(), "", parameter.help(), element);
  }

  private void moment(Parameter parameter) {
    var name = parameter.name();
    var said = said(parameter);
    var date = element("datepicker", FilledIn.date(name));
    var time = element("timepicker", FilledIn.time(name));
    var seconds = element("plain_text_input", FilledIn.seconds(name)).put("max_length", 12);
    var local =
        said.orElse(null) instanceof Value.Moment(var at)
            ? Optional.of(LocalDateTime.ofInstant(at, shape.zone()))
            : Optional.<LocalDateTime>empty();
    local.ifPresent(
        it -> {
          time.put("initial_time", MINUTE.format(it));
          if (it.getSecond() > 0 || it.getNano() > 0) {
            seconds.put("initial_value", seconds(it));
          }
        });
    if (local.isPresent() || needed(parameter)) {
      var today = LocalDateTime.ofInstant(shape.now(), shape.zone());
      date.put("initial_date", DAY.format(local.orElse(today)));
    }
    if (shape.zone().getId().contains("/")) {
      time.put("timezone", shape.zone().getId());
    }
    field(parameter, FilledIn.date(name), ": day", parameter.help(), date);
    field(parameter, FilledIn.time(name), ": time in " + shape.zone().getId(), "", time);
    optional(parameter, FilledIn.seconds(name), ": seconds, where they matter", seconds);
  }

  private static String seconds(LocalDateTime time) {
    var nanos = String.format(Locale.ROOT, "%09d", time.getNano()).replaceAll("0+$", "");
    return time.getSecond() + (nanos.isEmpty() ? "" : "." + nanos);
  }

  private void choice(Parameter parameter, List<ObjectNode> options) {
    boolean few = options.size() <= MOST_RADIOS;
    var element = element(few ? "radio_buttons" : "static_select", parameter.name());
    var all = element.putArray("options");
    options.forEach(all::add);
    var chosen = said(parameter).map(Value::shown).orElse("");
    options.stream()
        .filter(it -> it.path("value").asText().equals(chosen))
        .findFirst()
        .ifPresent(it -> element.set("initial_option", it));
    field(parameter, parameter.name(), "", parameter.help(), element);
  }

  /** Newest first; where they cannot be offered, it is typed. */
  private void backup(Parameter parameter) {
    if (shape.backups().isEmpty()) {
      text(parameter, 200);
      return;
    }
    var options = new ArrayList<ObjectNode>();
    options.add(option("The newest that is verified", BackupRef.ANY));
    shape.backups().stream().limit(BACKUPS).forEach(it -> options.add(option(label(it), it.id())));
    var chosen = said(parameter).map(AskForm::written).orElse(BackupRef.ANY);
    var element = element("static_select", parameter.name());
    var all = element.putArray("options");
    options.forEach(all::add);
    options.stream()
        .filter(it -> it.path("value").asText().equals(chosen))
        .findFirst()
        .ifPresent(it -> element.set("initial_option", it));
    field(parameter, parameter.name(), "", parameter.help(), element);
  }

  /** {@code Wed 22 Apr 14:30 · verified · 1.2 GB · 3 d old}: at most 75 characters. */
  private String label(Backup backup) {
    var age = Duration.between(backup.takenAt(), shape.now());
    return TAKEN.format(ZonedDateTime.ofInstant(backup.takenAt(), shape.zone()))
        + (backup.readAt().isPresent() ? " · verified · " : " · not verified · ")
        + Bytes.shown(backup.bytes())
        + " · "
        + (age.toHours() < 48 ? Math.max(0, age.toHours()) + " h" : age.toDays() + " d")
        + " old";
  }

  private void text(Parameter parameter, int longest) {
    var element =
        element("plain_text_input", parameter.name())
            .put("multiline", parameter.type() == ValueType.TEXT && longest > ONE_LINE)
            .put("max_length", longest);
    var said =
        shape.values().get(parameter.name()) instanceof Said.Tenant(var estate, var slug)
            ? estate.map(it -> it + "/").orElse("") + slug
            : said(parameter).map(AskForm::written).orElse("");
    if (!said.isEmpty()) {
      element.put("initial_value", said.substring(0, Math.min(longest, said.length())));
    }
    var form =
        parameter.type() == ValueType.TEXT || parameter.type() == ValueType.TENANT
            ? ""
            : FilledIn.form(parameter);
    field(parameter, parameter.name(), "", (parameter.help() + " " + form).strip(), element);
  }

  private static String written(Value value) {
    return switch (value) {
      case Value.Span(var length) -> Readings.written(length);
      case Value.Size(var bytes) -> Readings.written(bytes);
      case Value.Text it -> it.value();
      case Value.Int it -> it.shown();
      case Value.Bool it -> it.shown();
      case Value.Moment it -> it.shown();
      case Value.Choice it -> it.shown();
      case Value.OfTenant it -> it.shown();
      case Value.OfServer it -> it.shown();
      case Value.OfDatabase it -> it.shown();
      case Value.OfSecret it -> it.shown();
      case Value.OfBackup(var backup) -> backup.written();
    };
  }

  /** What was said, else the preset. */
  private Optional<Value> said(Parameter parameter) {
    return switch (shape.values().get(parameter.name())) {
      case Said.Is(var value) -> Optional.of(value);
      case Said.Time(var reading) -> Optional.of(new Value.Moment(reading.moment()));
      case Said.Tenant _, Said.TimeToAsk _ -> Optional.empty();
      case null -> parameter.preset();
    };
  }

  private static boolean needed(Parameter parameter) {
    return parameter.preset().isEmpty() && !parameter.optional();
  }

  private void field(
      Parameter parameter, String field, String more, String hint, ObjectNode element) {
    blocks.field(block(field), label(parameter) + more, hint, !needed(parameter), element);
  }

  private void optional(Parameter parameter, String field, String more, ObjectNode element) {
    blocks.field(block(field), label(parameter) + more, "", true, element);
  }

  private static String label(Parameter parameter) {
    var name = parameter.name();
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  private static ObjectNode element(String type, String field) {
    return JSON.objectNode().put("type", type).put("action_id", block(field));
  }

  private static List<ObjectNode> options(List<String> choices) {
    return choices.stream().map(it -> option(it, it)).toList();
  }

  private static ObjectNode option(String text, String value) {
    var option = JSON.objectNode();
    option.set("text", Blocks.plain(text));
    return option.put("value", value);
  }

  /** A moment in a zone for people: {@code Wed 22 Apr 14:30 Europe/Madrid}. */
  static String shown(Instant moment, ZoneId zone) {
    return DateTimeFormatter.ofPattern("EEE d MMM uuuu HH:mm", Locale.ENGLISH)
            .format(ZonedDateTime.ofInstant(moment, zone))
        + " "
        + zone.getId();
  }
}
