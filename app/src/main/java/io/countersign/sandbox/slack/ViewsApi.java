package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** views.*: modals and the App Home. */
final class ViewsApi {

  private final World world;
  private final Shapes shapes;

  ViewsApi(World world) {
    this.world = world;
    this.shapes = new Shapes(world);
  }

  Map<String, ApiMethod> methods() {
    return Map.of(
        "views.open", this::open,
        "views.push", this::push,
        "views.update", this::update,
        "views.publish", this::publish);
  }

  private ObjectNode open(Arguments arguments) {
    ObjectNode body = checked(arguments, "modal");
    String person = world.triggers().use(arguments.required("trigger_id"));
    return answer(world.modals().open(person, body));
  }

  private ObjectNode push(Arguments arguments) {
    ObjectNode body = checked(arguments, "modal");
    String person = world.triggers().use(arguments.required("trigger_id"));
    return answer(world.modals().push(person, body));
  }

  private ObjectNode update(Arguments arguments) {
    String viewId = arguments.text("view_id");
    String externalId = arguments.text("external_id");
    View old = world.modals().find(viewId, externalId).orElseThrow(() -> new Refused("not_found"));
    ObjectNode body = checked(arguments, old.type());
    return answer(world.modals().update(viewId, externalId, body, arguments.text("hash")));
  }

  private ObjectNode publish(Arguments arguments) {
    String person = arguments.required("user_id");
    if (world.directory().person(person).isEmpty()) {
      throw new Refused("user_not_found");
    }
    ObjectNode body = checked(arguments, "home");
    return answer(world.modals().publish(person, body, arguments.text("hash")));
  }

  private ObjectNode checked(Arguments arguments, String type) {
    ObjectNode body =
        arguments
            .json("view", "invalid_arguments")
            .filter(ObjectNode.class::isInstance)
            .map(ObjectNode.class::cast)
            .orElseThrow(() -> new Refused("invalid_arguments"));
    List<String> problems = ViewRules.problemsIn(body, type);
    if (!problems.isEmpty()) {
      throw new Refused("invalid_arguments", problems);
    }
    return body;
  }

  private ObjectNode answer(View view) {
    world.posts().alsoShown(view.body().toString());
    ObjectNode answer = Json.object();
    answer.set("view", shapes.view(view));
    return answer;
  }
}
