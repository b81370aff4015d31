package io.countersign.runbook;

import io.countersign.runbook.Arguments.Said;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was said for all parameters together: enough to go on with, or a question. */
public sealed interface Understood {
  /**
   * Nothing is left to ask.
   *
   * @param tenant as typed, perhaps with its estate; empty where none was said
   * @param parameters without the tenant
   */
  record Clear(String tenant, Map<String, Value> parameters) implements Understood {
    public Clear {
      parameters = Map.copyOf(parameters);
    }

    public String reason() {
      return parameters.get("reason") instanceof Value.Text(var reason) ? reason : "";
    }
  }

  /** The person must say which moment is meant. */
  record AskBack(String parameter, TimeReading.Ambiguous reading, Map<String, Said> said)
      implements Understood {
    public AskBack {
      said = Collections.unmodifiableMap(new TreeMap<>(said));
    }

    /** What to ask. */
    public List<String> sentences() {
      return List.of(
          "Which moment do you mean with \"" + parameter + "\"? Nothing was started.",
          reading.why());
    }

    /** The same words with one moment written out, so that nothing is left to ask about it. */
    public String again(Instant moment) {
      var other = new TreeMap<>(said);
      other.put(parameter, new Said.Time(new TimeReading.Clear(moment, moment.toString())));
      return written(other);
    }
  }

  /**
   * The text that says this, every moment written out. It is read as the same values again,
   * whenever it is typed.
   */
  public static String written(Map<String, Said> values) {
    var words = new ArrayList<String>();
    new TreeMap<>(values)
        .forEach(
            (name, value) -> {
              switch (value) {
                case Said.TimeToAsk(_, var asked) -> words.add(name + "=" + asked);
                case Said.Time(var read) -> words.add(name + "=" + read.moment());
                case Said.Tenant it -> words.add(name + "=" + written(it));
                case Said.Is(Value.Text(var text)) -> words.add(name + "=" + Words.quoted(text));
                case Said.Is(Value.Span(var length)) ->
                    words.add(name + "=" + Readings.written(length));
                case Said.Is(Value.Size(var bytes)) ->
                    words.add(name + "=" + Readings.written(bytes));
                case Said.Is(Value.OfBackup(var backup)) ->
                    words.add(name + "=" + backup.written());
                case Said.Is(var is) -> words.add(name + "=" + is.shown());
              }
            });
    return String.join(" ", words);
  }

  static Understood of(Map<String, Said> said) {
    var parameters = new HashMap<String, Value>();
    var tenant = "";
    for (var entry : new TreeMap<>(said).entrySet()) {
      switch (entry.getValue()) {
        case Said.TimeToAsk(var reading, _) -> {
          return new AskBack(entry.getKey(), reading, said);
        }
        case Said.Is(var value) -> parameters.put(entry.getKey(), value);
        case Said.Tenant it -> tenant = written(it);
        case Said.Time(var reading) ->
            parameters.put(entry.getKey(), new Value.Moment(reading.moment()));
      }
    }
    return new Clear(tenant, parameters);
  }

  private static String written(Said.Tenant tenant) {
    return tenant.estate().map(it -> it + "/").orElse("") + tenant.slug();
  }
}
