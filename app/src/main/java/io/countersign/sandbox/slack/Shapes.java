package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** People, channels, messages and views as Slack writes them in JSON. */
final class Shapes {

  private final World world;

  Shapes(World world) {
    this.world = world;
  }

  ObjectNode message(Post post, boolean withMetadata) {
    Workspace workspace = world.workspace();
    ObjectNode json = Json.object();
    json.put("type", "message").put("user", post.user()).put("ts", post.ts());
    json.put("text", post.text()).put("team", workspace.teamId());
    if (post.user().equals(workspace.botUserId())) {
      json.put("bot_id", workspace.botId()).put("app_id", workspace.appId());
    }
    if (!post.blocks().isEmpty()) {
      json.set("blocks", post.blocks().deepCopy());
    }
    if (post.threadTs() != null) {
      json.put("thread_ts", post.threadTs());
    }
    if (post.broadcast()) {
      json.put("subtype", "thread_broadcast");
    }
    if (post.editedTs() != null) {
      json.putObject("edited").put("user", post.user()).put("ts", post.editedTs());
    }
    JsonNode metadata = post.metadata();
    if (withMetadata && metadata != null) {
      json.set("metadata", metadata);
    }
    addFiles(json, post);
    addReplies(json, post);
    return json;
  }

  private void addFiles(ObjectNode json, Post post) {
    if (!post.files().isEmpty()) {
      ArrayNode files = json.putArray("files");
      post.files().forEach(id -> world.files().find(id).map(this::file).ifPresent(files::add));
    }
  }

  private void addReplies(ObjectNode json, Post post) {
    int replies = world.posts().thread(post.channel(), post.ts()).size() - 1;
    if (replies > 0 && !post.isReply() && !post.isEphemeral()) {
      json.put("thread_ts", post.ts()).put("reply_count", replies);
    }
  }

  ObjectNode file(StoredFile file) {
    return Json.object()
        .put("id", file.id())
        .put("name", file.name())
        .put("title", file.title())
        .put("size", file.size())
        .put("mimetype", file.picture() == null ? "text/plain" : file.picture().type())
        .put("filetype", file.picture() == null ? "text" : "image");
  }

  ObjectNode channel(Channel channel) {
    Workspace workspace = world.workspace();
    boolean member = world.directory().botIsIn(channel);
    ObjectNode json = Json.object().put("id", channel.id());
    json.put("is_im", channel.isDirect()).put("is_mpim", false);
    json.put("is_archived", channel.isArchived()).put("context_team_id", workspace.teamId());
    json.put("is_org_shared", false).put("is_ext_shared", channel.isExtShared());
    json.put("is_shared", channel.isExtShared());
    if (channel.isDirect()) {
      return json.put("user", channel.directWith()).put("is_open", true);
    }
    json.put("name", channel.name()).put("name_normalized", channel.name());
    json.put("is_channel", !channel.isPrivate()).put("is_group", channel.isPrivate());
    json.put("is_private", channel.isPrivate()).put("is_member", member);
    return json.put("is_general", channel.name().equals("general"));
  }

  ObjectNode person(Person person) {
    boolean outsider = !person.teamId().equals(world.workspace().teamId());
    ObjectNode json = Json.object().put("id", person.id()).put("team_id", person.teamId());
    json.put("name", person.name()).put("real_name", person.displayName());
    json.put("deleted", person.deleted()).put("is_bot", person.isBot());
    json.put("is_app_user", false).put("is_admin", false).put("is_owner", false);
    json.put("is_restricted", person.isRestricted());
    json.put("is_ultra_restricted", person.isUltraRestricted());
    if (outsider) {
      json.put("is_stranger", true);
    }
    int offset = person.tz().getRules().getOffset(world.clock().instant()).getTotalSeconds();
    json.put("tz", person.tz().getId()).put("tz_offset", offset);
    ObjectNode profile = json.putObject("profile").put("team", person.teamId());
    profile.put("display_name", person.displayName()).put("real_name", person.displayName());
    if (person.enterpriseId() != null) {
      json.putObject("enterprise_user")
          .put("id", person.id())
          .put("enterprise_id", person.enterpriseId());
    }
    return json;
  }

  ObjectNode bot() {
    Workspace workspace = world.workspace();
    ObjectNode json = Json.object().put("id", workspace.botUserId());
    json.put("team_id", workspace.teamId()).put("name", workspace.botName());
    json.put("deleted", false).put("is_bot", true).put("is_app_user", false);
    json.putObject("profile").put("display_name", workspace.botName());
    return json;
  }

  ObjectNode view(View view) {
    Workspace workspace = world.workspace();
    ObjectNode json = view.body().deepCopy();
    json.put("id", view.id()).put("hash", view.hash()).put("team_id", workspace.teamId());
    json.put("app_id", workspace.appId()).put("bot_id", workspace.botId());
    json.put("app_installed_team_id", workspace.teamId());
    json.put("root_view_id", view.rootId());
    if (view.previousId().isEmpty()) {
      json.putNull("previous_view_id");
    } else {
      json.put("previous_view_id", view.previousId());
    }
    for (String name : java.util.List.of("private_metadata", "callback_id", "external_id")) {
      json.put(name, Json.text(view.body(), name));
    }
    json.put("clear_on_close", view.field("clear_on_close").asBoolean(false));
    json.put("notify_on_close", view.field("notify_on_close").asBoolean(false));
    json.putObject("state").putObject("values");
    return json;
  }

  ObjectNode group(UserGroup group, boolean withMembers) {
    ObjectNode json = Json.object().put("id", group.id()).put("is_usergroup", true);
    json.put("team_id", world.workspace().teamId());
    json.put("name", group.handle()).put("handle", group.handle()).put("date_delete", 0);
    json.put("user_count", group.members().size());
    if (withMembers) {
      ArrayNode users = json.putArray("users");
      group.members().forEach(users::add);
    }
    return json;
  }
}
