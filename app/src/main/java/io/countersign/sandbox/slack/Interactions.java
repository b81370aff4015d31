package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What people do to the bot's commands, buttons and views, and what Slack's client makes of the
 * answers.
 */
final class Interactions {

  /** A delivered command and what stands on the screen because of it. */
  record Commanded(Outcome outcome, Optional<Post> shown) {}

  private final World world;
  private final Courier courier;
  private final Answers answers;
  private final Payloads payloads;

  Interactions(World world, Courier courier, Answers answers) {
    this.world = world;
    this.courier = courier;
    this.answers = answers;
    this.payloads = new Payloads(world);
  }

  Commanded command(Person person, Channel channel, String command, String text) {
    ResponseUrls.Place place = new ResponseUrls.Place(person.id(), channel.id(), null, null);
    String id = world.responseUrls().issue(place);
    Outcome outcome =
        courier.deliver(payloads.command(person, channel, command, text, answers.responseUrl(id)));
    if (!outcome.isAcknowledged()) {
      String error = outcome.isTimeout() ? "operation_timeout" : "dispatch_failed";
      String said = command + " failed with the error \"" + error + "\"";
      return new Commanded(outcome, Optional.of(answers.fromSlack(place, said)));
    }
    Optional<Post> shown = answers.acknowledged(place, outcome.body());
    shown.ifPresent(post -> world.responseUrls().settle(id, post.ts()));
    return new Commanded(outcome, shown);
  }

  ObjectNode actionPayload(Person person, Post post, Elements.Found found, ObjectNode choice) {
    ResponseUrls.Place place =
        new ResponseUrls.Place(person.id(), post.channel(), post.threadTs(), post.ts());
    String url = answers.responseUrl(world.responseUrls().issue(place));
    ObjectNode payload = payloads.onMessage(person, post, url);
    payload.putArray("actions").add(payloads.action(found, choice));
    return payload;
  }

  ObjectNode bare(Person person) {
    ObjectNode payload = payloads.interaction("block_actions", person);
    payload.putArray("actions");
    return payload;
  }

  Outcome send(ObjectNode payload) {
    return courier.deliver(Payloads.interactive(payload));
  }

  Outcome actInView(
      Person person,
      View view,
      Elements.Found found,
      ObjectNode choice,
      Map<String, ? extends Map<String, ?>> entered) {
    ObjectNode values = Forms.state(view.blocks(), entered);
    ObjectNode payload = payloads.onView("block_actions", person, view, values);
    payload.putArray("actions").add(payloads.action(found, choice));
    return send(payload);
  }

  /** What the bot offers for what was typed so far into a menu. */
  JsonNode suggestions(Person person, View view, Elements.Found found, String typed) {
    ObjectNode payload = payloads.onView("block_suggestion", person, view, Json.object());
    payload.put("action_id", Json.text(found.element(), "action_id"));
    payload.put("block_id", Json.text(found.block(), "block_id")).put("value", typed);
    Outcome outcome = send(payload);
    return Json.parse(outcome.body()).map(body -> body.path("options")).orElseGet(Json::array);
  }

  SubmitResult submit(Person person, View view, Map<String, ? extends Map<String, ?>> entered) {
    ObjectNode values = Forms.state(view.blocks(), entered);
    Map<String, String> missing = Forms.missing(view.blocks(), values);
    if (!missing.isEmpty()) {
      return new SubmitResult.Rejected(missing);
    }
    Outcome outcome = send(payloads.onView("view_submission", person, view, values));
    if (!outcome.isAcknowledged()) {
      return new SubmitResult.Failed(outcome);
    }
    ObjectNode answer = Json.parseObject(outcome.body()).orElseGet(Json::object);
    return follow(person, view, answer, outcome);
  }

  private SubmitResult follow(Person person, View view, ObjectNode answer, Outcome outcome) {
    try {
      switch (Json.text(answer, "response_action")) {
        case "errors" -> {
          Map<String, String> errors = new LinkedHashMap<>();
          answer
              .path("errors")
              .properties()
              .forEach(error -> errors.put(error.getKey(), error.getValue().asText()));
          return new SubmitResult.Rejected(errors);
        }
        case "update" -> world.modals().update(view.id(), "", modalIn(answer), "");
        case "push" -> world.modals().push(person.id(), modalIn(answer));
        case "clear" -> world.modals().clear(person.id());
        default -> world.modals().close(view);
      }
      return new SubmitResult.Accepted(outcome);
    } catch (Refused broken) {
      return new SubmitResult.Failed(outcome);
    }
  }

  private ObjectNode modalIn(ObjectNode answer) {
    if (!(answer.path("view") instanceof ObjectNode body)
        || !ViewRules.problemsIn(body, "modal").isEmpty()) {
      throw new Refused("invalid_arguments");
    }
    world.posts().alsoShown(body.toString());
    return body;
  }

  Optional<Outcome> close(Person person, View view) {
    world.modals().close(view);
    if (!view.field("notify_on_close").asBoolean(false)) {
      return Optional.empty();
    }
    ObjectNode payload = payloads.onView("view_closed", person, view, Json.object());
    return Optional.of(send(payload.put("is_cleared", false)));
  }
}
