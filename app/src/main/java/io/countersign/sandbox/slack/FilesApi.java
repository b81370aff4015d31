package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** files.*: an address to upload to, then sharing what was uploaded. */
final class FilesApi {

  private final World world;
  private final Shapes shapes;
  private final Rooms rooms;
  private final Events events;

  FilesApi(World world, Events events) {
    this.world = world;
    this.shapes = new Shapes(world);
    this.rooms = new Rooms(world);
    this.events = events;
  }

  Map<String, ApiMethod> methods() {
    return Map.of(
        "files.getUploadURLExternal", this::uploadUrl,
        "files.completeUploadExternal", this::complete,
        "files.info", this::info);
  }

  private ObjectNode uploadUrl(Arguments arguments) {
    arguments.required("length");
    StoredFile file = world.files().expect(arguments.required("filename"));
    return Json.object()
        .put("upload_url", world.base().resolve("/upload/v1/" + file.id()).toString())
        .put("file_id", file.id());
  }

  private ObjectNode complete(Arguments arguments) {
    JsonNode named = arguments.json("files", "invalid_arguments").orElseGet(Json::array);
    ObjectNode answer = Json.object();
    ArrayNode shared = answer.putArray("files");
    List<String> ids = new ArrayList<>();
    for (JsonNode item : named) {
      String id = Json.text(item, "id");
      StoredFile file =
          world
              .files()
              .change(id, old -> old.sharedAs(item.path("title").asText(old.name())))
              .orElseThrow(() -> new Refused("file_not_found"));
      ids.add(id);
      shared.add(shapes.file(file));
      world.posts().alsoShown(file.title() + "\n" + file.content());
    }
    if (!arguments.text("channel_id").isEmpty()) {
      share(arguments, ids);
    }
    return answer;
  }

  private void share(Arguments arguments, List<String> ids) {
    Channel channel = rooms.toPostIn(arguments.text("channel_id"));
    String thread = arguments.text("thread_ts");
    @Nullable String threadTs = thread.isEmpty() ? null : thread;
    String comment = arguments.text("initial_comment");
    Post post =
        world
            .posts()
            .add(
                ts ->
                    new Post(
                        channel.id(),
                        ts,
                        threadTs,
                        world.workspace().botUserId(),
                        comment,
                        Json.array(),
                        null,
                        false,
                        null,
                        ids,
                        0,
                        null));
    events.botPosted(post);
  }

  private ObjectNode info(Arguments arguments) {
    ObjectNode answer = Json.object();
    answer.set(
        "file",
        world
            .files()
            .find(arguments.required("file"))
            .map(shapes::file)
            .orElseThrow(() -> new Refused("file_not_found")));
    return answer;
  }
}
