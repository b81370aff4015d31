package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Plays the people of the workspace and reads what they see. Everything that a person does returns
 * once the bot has answered or its three seconds are over.
 */
public final class SlackDriver {

  private final World world;
  private final Courier courier;
  private final Events events;
  private final Interactions interactions;

  SlackDriver(World world, Courier courier, Events events, Interactions interactions) {
    this.world = world;
    this.courier = courier;
    this.events = events;
    this.interactions = interactions;
  }

  // What people do

  /** Types a command; {@code text} is what follows it. */
  public SlashResult slash(String personId, String channelId, String command, String text) {
    Person person = world.directory().known(personId);
    Channel channel = world.directory().knownChannel(channelId);
    Interactions.Commanded commanded = interactions.command(person, channel, command, text);
    Message shown =
        commanded.shown().map(post -> Message.of(post, readerOf(personId))).orElse(null);
    return new SlashResult(commanded.outcome(), shown);
  }

  /**
   * Presses a button of the message as it stands now.
   *
   * @throws IllegalStateException when the message or the button is gone, or is not for this person
   */
  public Outcome click(String personId, Message message, String actionId) {
    return choose(personId, message, actionId, "");
  }

  /** Chooses an option of a menu, or a date, in a message. */
  public Outcome choose(String personId, Message message, String actionId, Object value) {
    Post post = current(personId, message);
    Elements.Found found = found(post.blocks(), actionId);
    ObjectNode choice = Forms.choice(found.element(), value);
    Person person = world.directory().known(personId);
    return interactions.send(interactions.actionPayload(person, post, found, choice));
  }

  /**
   * A forged click: a bare payload of this person, merged with what the forger wrote. Correctly
   * signed.
   */
  public Outcome clickRaw(String personId, ObjectNode overrides) {
    ObjectNode payload = interactions.bare(world.directory().known(personId));
    Payloads.override(payload, overrides);
    return interactions.send(payload);
  }

  /**
   * A click on a message as it stood when it was read, whatever became of it since, merged with
   * overrides: a late click on an old card, or a forged one.
   */
  public Outcome clickRaw(String personId, Message message, String actionId, ObjectNode overrides) {
    Post post = asPost(message);
    Elements.Found found = found(post.blocks(), actionId);
    ObjectNode payload =
        interactions.actionPayload(world.directory().known(personId), post, found, Json.object());
    Payloads.override(payload, overrides);
    return interactions.send(payload);
  }

  /** Presses the first such button of the person's App Home. */
  public Outcome clickHome(String personId, String actionId) {
    return actInView(personId, homeOf(personId).orElseThrow(), "", actionId, "", Map.of());
  }

  /** Presses one of several such buttons of the person's App Home as it stands now. */
  public Outcome clickHome(String personId, Button button) {
    return actInView(
        personId,
        homeOf(personId).orElseThrow(),
        button.blockId(),
        button.actionId(),
        "",
        Map.of());
  }

  /** Presses a button, or chooses, in the modal on top. */
  public Outcome clickInView(String personId, String actionId, Object value) {
    return actInView(personId, top(personId), "", actionId, value, Map.of());
  }

  /**
   * @param blockId empty for whichever block has the action first
   */
  Outcome actInView(
      String personId,
      View view,
      String blockId,
      String actionId,
      Object value,
      Map<String, ? extends Map<String, ?>> entered) {
    Elements.Found found = found(view.blocks(), blockId, actionId);
    ObjectNode choice = Forms.choice(found.element(), value);
    return interactions.actInView(world.directory().known(personId), view, found, choice, entered);
  }

  /** What the bot suggests in a typeahead of the modal on top: values and labels. */
  public Map<String, String> suggestions(String personId, String actionId, String typed) {
    View view = top(personId);
    Elements.Found found = found(view.blocks(), actionId);
    Map<String, String> options = new java.util.LinkedHashMap<>();
    interactions
        .suggestions(world.directory().known(personId), view, found, typed)
        .forEach(
            option ->
                options.put(
                    Json.text(option, "value"), option.path("text").path("text").asText("")));
    return options;
  }

  /** What the bot offers in a typeahead of one of a person's open views, as it wrote it. */
  JsonNode suggestions(
      String personId, String viewId, String blockId, String actionId, String typed) {
    View view =
        world
            .modals()
            .find(viewId, "")
            .filter(it -> it.person().equals(personId))
            .orElseThrow(() -> new IllegalStateException("This view is closed."));
    Elements.Found found = found(view.blocks(), blockId, actionId);
    return interactions.suggestions(world.directory().known(personId), view, found, typed);
  }

  /** Submits the modal on top: block id to action id to value, a text or a list of texts. */
  public SubmitResult submit(String personId, Map<String, ? extends Map<String, ?>> entered) {
    return interactions.submit(world.directory().known(personId), top(personId), entered);
  }

  /** Closes the modal on top; empty when the bot did not ask to be told. */
  public Optional<Outcome> closeView(String personId) {
    return interactions.close(world.directory().known(personId), top(personId));
  }

  /**
   * Writes into a channel; {@code @countersign} becomes a mention. The bot hears of it a moment
   * later.
   */
  public Message say(String personId, String channelId, String text) {
    return say(personId, channelId, null, text);
  }

  public Message say(String personId, String channelId, @Nullable String threadTs, String text) {
    Workspace workspace = world.workspace();
    String mentioned = text.replace("@" + workspace.botName(), "<@" + workspace.botUserId() + ">");
    Post post =
        world
            .posts()
            .add(
                ts ->
                    new Post(
                        world.directory().knownChannel(channelId).id(),
                        ts,
                        threadTs,
                        world.directory().known(personId).id(),
                        mentioned,
                        Json.array(),
                        null,
                        false,
                        null,
                        List.of(),
                        0,
                        null));
    events.personPosted(post);
    return Message.of(post, readerOf(personId));
  }

  public Outcome openHome(String personId) {
    return events.homeOpened(world.directory().known(personId));
  }

  /** The very same bytes again with a fresh signature, as when an answer was lost. */
  public Outcome redeliver(Delivery delivery) {
    return courier.again(delivery);
  }

  // What people see

  /** The channel itself, oldest first: neither replies nor ephemerals. */
  public List<Message> messages(String channelId) {
    return read(world.posts().timeline(channelId));
  }

  /** The parent and its replies, oldest first. */
  public List<Message> replies(String channelId, String ts) {
    return read(world.posts().thread(channelId, ts));
  }

  /** What is visible to this person alone, in all channels, oldest first. */
  public List<Message> ephemerals(String personId) {
    Reader reader = readerOf(personId);
    return world.posts().all().stream()
        .filter(post -> personId.equals(post.visibleTo()))
        .map(post -> Message.of(post, reader))
        .toList();
  }

  /** The person's direct messages with the bot, oldest first. */
  public List<Message> directMessages(String personId) {
    return messages(Directory.directId(personId));
  }

  /** The message as it stands now. */
  public Optional<Message> refresh(Message message) {
    return world
        .posts()
        .find(message.channel(), message.ts())
        .map(post -> Message.of(post, message.reader()));
  }

  /** The same message as this person reads it: another zone, perhaps. */
  public Message asReadBy(String personId, Message message) {
    return Message.of(asPost(message), readerOf(personId));
  }

  /** Open modals, bottom first. */
  public List<View> views(String personId) {
    return world.modals().of(personId).stream()
        .map(view -> view.withReader(readerOf(personId)))
        .toList();
  }

  public Optional<View> homeOf(String personId) {
    return world.modals().homeOf(personId).map(view -> view.withReader(readerOf(personId)));
  }

  public List<StoredFile> files() {
    return world.files().all();
  }

  /** Everything that ever stood on somebody's screen: texts, blocks, views, files. */
  public List<String> everythingShown() {
    return world.posts().everythingShown();
  }

  /** Everything that was delivered to the bot, redeliveries counted once. */
  public List<Delivery> deliveries() {
    return courier.sent();
  }

  // Waiting; false and empty mean that it did not happen within the patience

  /** A message or a reply in the channel, or an ephemeral there, the newest that fits. */
  public Optional<Message> awaitMessage(
      String channelId, Predicate<Message> fits, Duration patience) {
    return world
        .guard()
        .await(
            () ->
                world.posts().all().reversed().stream()
                    .filter(post -> post.channel().equals(channelId))
                    .map(
                        post ->
                            Message.of(
                                post, readerOf(Optional.ofNullable(post.visibleTo()).orElse(""))))
                    .filter(fits)
                    .findFirst(),
            patience);
  }

  public Optional<Message> awaitEphemeral(
      String personId, Predicate<Message> fits, Duration patience) {
    return world
        .guard()
        .await(() -> ephemerals(personId).reversed().stream().filter(fits).findFirst(), patience);
  }

  public Optional<View> awaitView(String personId, Predicate<View> fits, Duration patience) {
    return world
        .guard()
        .await(() -> views(personId).reversed().stream().filter(fits).findFirst(), patience);
  }

  public Optional<View> awaitHome(String personId, Predicate<View> fits, Duration patience) {
    return world.guard().await(() -> homeOf(personId).filter(fits), patience);
  }

  /** Waits for anything that this class can read. */
  public boolean await(Predicate<SlackDriver> holds, Duration patience) {
    return world.guard().await(() -> Optional.of(this).filter(holds), patience).isPresent();
  }

  /** Waits until the bot has answered every event that is on its way. */
  public boolean awaitDelivered(Duration patience) {
    return await(_ -> courier.underWay() == 0, patience);
  }

  // How the workspace changes

  public void addToGroup(String personId, String groupId) {
    world.directory().put(group(groupId).with(personId));
  }

  public void removeFromGroup(String personId, String groupId) {
    world.directory().put(group(groupId).without(personId));
  }

  /** The account is closed. It stays in its user groups: whoever reads those has to look. */
  public void deactivate(String personId) {
    world.directory().put(world.directory().known(personId).asDeactivated());
  }

  public void change(Person person) {
    world.directory().put(person);
  }

  public void change(Channel channel) {
    world.directory().put(channel);
  }

  /** The channel as it stands now. */
  public Channel channel(String channelId) {
    return world.directory().knownChannel(channelId);
  }

  public void kickBot(String channelId) {
    Channel channel = world.directory().knownChannel(channelId);
    world.directory().put(channel.without(world.workspace().botUserId()));
  }

  public void inviteBot(String channelId) {
    Channel channel = world.directory().knownChannel(channelId);
    world.directory().put(channel.with(world.workspace().botUserId()));
  }

  public void archive(String channelId) {
    world.directory().put(world.directory().knownChannel(channelId).asArchived());
  }

  public void shareWithAnotherCompany(String channelId) {
    Channel channel = world.directory().knownChannel(channelId);
    world.directory().put(channel.asSharedWithAnotherCompany());
  }

  /** Neither archived nor shared any more; its members stay. */
  public void restore(String channelId) {
    Channel channel = world.directory().knownChannel(channelId);
    world.directory().put(Channel.open(channel.id(), channel.name(), channel.members()));
  }

  private UserGroup group(String id) {
    return world
        .directory()
        .group(id)
        .orElseThrow(() -> new IllegalArgumentException("no user group has the id " + id));
  }

  Reader readerOf(String personId) {
    ZoneId zone =
        world
            .directory()
            .person(personId)
            .or(() -> world.directory().people().stream().findFirst())
            .map(Person::tz)
            .orElse(ZoneOffset.UTC);
    return new Reader(world.directory().names(), zone, world.clock().instant());
  }

  private List<Message> read(List<Post> posts) {
    Reader reader = readerOf("");
    return posts.stream().map(post -> Message.of(post, reader)).toList();
  }

  private View top(String personId) {
    return world
        .modals()
        .top(personId)
        .orElseThrow(() -> new IllegalStateException(personId + " has no view open"));
  }

  private Post current(String personId, Message message) {
    return world
        .posts()
        .find(message.channel(), message.ts())
        .filter(post -> post.isSeenBy(personId))
        .orElseThrow(() -> new IllegalStateException(personId + " cannot see this message"));
  }

  private static Elements.Found found(JsonNode blocks, String actionId) {
    return Elements.withAction(blocks, actionId)
        .orElseThrow(() -> new IllegalStateException("nothing here has the action " + actionId));
  }

  private static Elements.Found found(JsonNode blocks, String blockId, String actionId) {
    return Elements.all(blocks).stream()
        .filter(it -> Json.text(it.element(), "action_id").equals(actionId))
        .filter(it -> blockId.isEmpty() || Json.text(it.block(), "block_id").equals(blockId))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("nothing here has the action " + actionId));
  }

  private static Post asPost(Message message) {
    return new Post(
        message.channel(),
        message.ts(),
        message.threadTs(),
        message.user(),
        message.text(),
        Json.copyOf(message.blocks()),
        message.metadata(),
        message.broadcast(),
        message.visibleTo(),
        message.files(),
        message.edits(),
        null);
  }
}
