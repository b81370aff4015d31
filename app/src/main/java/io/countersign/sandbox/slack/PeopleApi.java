package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** auth.test, users.* and usergroups.*: who is who. */
final class PeopleApi {

  private final World world;
  private final Shapes shapes;

  PeopleApi(World world) {
    this.world = world;
    this.shapes = new Shapes(world);
  }

  Map<String, ApiMethod> methods() {
    return Map.of(
        "api.test", this::test,
        "auth.test", this::authTest,
        "users.info", this::info,
        "users.list", this::list,
        "usergroups.list", this::groups,
        "usergroups.users.list", this::groupMembers);
  }

  private ObjectNode test(Arguments arguments) {
    ObjectNode answer = Json.object();
    ObjectNode args = answer.putObject("args");
    arguments.values().forEach(args::put);
    if (arguments.has("error")) {
      throw new Refused(arguments.text("error"));
    }
    return answer;
  }

  private ObjectNode authTest(Arguments arguments) {
    Workspace workspace = world.workspace();
    ObjectNode answer = Json.object().put("url", world.base().toString());
    answer.put("team", workspace.teamDomain()).put("team_id", workspace.teamId());
    answer.put("user", workspace.botName()).put("user_id", workspace.botUserId());
    answer.put("bot_id", workspace.botId());
    if (workspace.enterpriseId() != null) {
      answer.put("enterprise_id", workspace.enterpriseId());
    }
    return answer.put("is_enterprise_install", false);
  }

  private ObjectNode info(Arguments arguments) {
    String id = arguments.required("user");
    ObjectNode answer = Json.object();
    if (id.equals(world.workspace().botUserId())) {
      answer.set("user", shapes.bot());
      return answer;
    }
    answer.set(
        "user",
        world
            .directory()
            .person(id)
            .map(shapes::person)
            .orElseThrow(() -> new Refused("user_not_found")));
    return answer;
  }

  private ObjectNode list(Arguments arguments) {
    ObjectNode answer = Json.object();
    ArrayNode members = answer.putArray("members");
    world.directory().people().forEach(person -> members.add(shapes.person(person)));
    members.add(shapes.bot());
    answer.putObject("response_metadata").put("next_cursor", "");
    return answer;
  }

  private ObjectNode groups(Arguments arguments) {
    ObjectNode answer = Json.object();
    ArrayNode groups = answer.putArray("usergroups");
    boolean withMembers = arguments.flag("include_users");
    world.directory().groups().forEach(group -> groups.add(shapes.group(group, withMembers)));
    return answer;
  }

  private ObjectNode groupMembers(Arguments arguments) {
    UserGroup group =
        world
            .directory()
            .group(arguments.required("usergroup"))
            .orElseThrow(() -> new Refused("no_such_subteam"));
    ObjectNode answer = Json.object();
    ArrayNode users = answer.putArray("users");
    group.members().forEach(users::add);
    return answer;
  }
}
