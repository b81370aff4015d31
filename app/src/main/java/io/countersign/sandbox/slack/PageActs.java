package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What people do on the page. The answer holds an {@code error} to show when it did not work. */
final class PageActs {

  private static final String NO_ANSWER = "The bot did not answer. Try again in a moment.";

  private final World world;
  private final Extras extras;
  private final SlackDriver driver;

  PageActs(World world, Extras extras, SlackDriver driver) {
    this.world = world;
    this.extras = extras;
    this.driver = driver;
  }

  ObjectNode act(String verb, ObjectNode body) {
    String me = Json.text(body, "as");
    return switch (verb) {
      case "say" -> say(me, body);
      case "command" -> command(me, body);
      case "click" -> click(me, body);
      case "submit" -> submit(me, body);
      case "close" -> {
        driver.closeView(me);
        yield Json.object();
      }
      case "home" -> outcome(driver.openHome(me));
      case "suggest" -> suggest(me, body);
      case "control" -> control(Json.text(body, "label"));
      default -> Json.object().put("error", "unknown: " + verb);
    };
  }

  private ObjectNode say(String me, ObjectNode body) {
    String thread = Json.text(body, "thread");
    driver.say(
        me,
        Json.text(body, "channel"),
        thread.isEmpty() ? null : thread,
        Mrkdwn.escape(Json.text(body, "text")));
    return Json.object();
  }

  private ObjectNode command(String me, ObjectNode body) {
    String typed = Json.text(body, "text").strip();
    int space = typed.indexOf(' ');
    String command = space < 0 ? typed : typed.substring(0, space);
    String text = space < 0 ? "" : typed.substring(space + 1).strip();
    driver.slash(me, Json.text(body, "channel"), command, text);
    return Json.object();
  }

  private ObjectNode click(String me, ObjectNode body) {
    String action = Json.text(body, "action");
    Object value = value(body.path("value"));
    String viewId = Json.text(body, "view");
    if (!viewId.isEmpty()) {
      View view =
          world
              .modals()
              .find(viewId, "")
              .filter(found -> found.person().equals(me))
              .orElseThrow(() -> new IllegalStateException("This view is closed."));
      return outcome(
          driver.actInView(me, view, Json.text(body, "block"), action, value, entered(body)));
    }
    Message message =
        world
            .posts()
            .find(Json.text(body, "channel"), Json.text(body, "ts"))
            .map(post -> Message.of(post, driver.readerOf(me)))
            .orElseThrow(() -> new IllegalStateException("This message is gone."));
    return outcome(driver.choose(me, message, action, value));
  }

  private ObjectNode submit(String me, ObjectNode body) {
    return switch (driver.submit(me, entered(body))) {
      case SubmitResult.Accepted _ -> Json.object();
      case SubmitResult.Failed _ -> Json.object().put("error", NO_ANSWER);
      case SubmitResult.Rejected rejected -> {
        ObjectNode answer = Json.object();
        ObjectNode errors = answer.putObject("errors");
        rejected.errors().forEach(errors::put);
        yield answer;
      }
    };
  }

  private ObjectNode suggest(String me, ObjectNode body) {
    JsonNode options =
        driver.suggestions(
            me,
            Json.text(body, "view"),
            Json.text(body, "block"),
            Json.text(body, "action"),
            Json.text(body, "value"));
    ObjectNode answer = Json.object();
    answer.set("options", Json.copyOf(options));
    return answer;
  }

  private ObjectNode control(String label) {
    return extras.run(label)
        ? Json.object()
        : Json.object().put("error", "There is no control " + label);
  }

  private static ObjectNode outcome(Outcome outcome) {
    return outcome.isAcknowledged() ? Json.object() : Json.object().put("error", NO_ANSWER);
  }

  private static Map<String, Map<String, Object>> entered(ObjectNode body) {
    Map<String, Map<String, Object>> entered = new HashMap<>();
    for (Map.Entry<String, JsonNode> block : body.path("values").properties()) {
      Map<String, Object> actions = new HashMap<>();
      for (Map.Entry<String, JsonNode> action : block.getValue().properties()) {
        actions.put(action.getKey(), value(action.getValue()));
      }
      entered.put(block.getKey(), actions);
    }
    return entered;
  }

  private static Object value(JsonNode value) {
    if (!value.isArray()) {
      return value.asText("");
    }
    List<String> several = new ArrayList<>();
    value.forEach(one -> several.add(one.asText()));
    return several;
  }
}
