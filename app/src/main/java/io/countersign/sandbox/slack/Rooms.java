package io.countersign.sandbox.slack;

/** Which channels the bot may see and write to. */
final class Rooms {

  private final World world;

  Rooms(World world) {
    this.world = world;
  }

  /** A private channel that the bot is not in looks like none. */
  Channel visible(String id) {
    Channel channel =
        world.directory().channel(id).orElseThrow(() -> new Refused("channel_not_found"));
    if (channel.isPrivate() && !world.directory().botIsIn(channel)) {
      throw new Refused("channel_not_found");
    }
    return channel;
  }

  Channel joined(String id) {
    Channel channel = visible(id);
    if (!world.directory().botIsIn(channel)) {
      throw new Refused("not_in_channel");
    }
    return channel;
  }

  /** A person's id stands for the direct message with that person. */
  Channel toPostIn(String id) {
    boolean isPerson = world.directory().person(id).isPresent();
    Channel channel = joined(isPerson ? Directory.directId(id) : id);
    if (channel.isArchived()) {
      throw new Refused("is_archived");
    }
    return channel;
  }
}
