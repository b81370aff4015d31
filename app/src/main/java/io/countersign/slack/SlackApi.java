package io.countersign.slack;

import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import com.slack.api.methods.request.files.FilesUploadV2Request;
import com.slack.api.model.Message;
import com.slack.api.util.http.SlackHttpClient;
import io.countersign.RunId;
import io.countersign.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The few methods of Slack's Web API that we use; every answer is looked at. */
final class SlackApi {
  private static final String METADATA = "countersign";
  private static final int PAGE = 200;

  private final MethodsClient methods;

  SlackApi(MethodsClient methods) {
    this.methods = methods;
  }

  static SlackApi of(SlackSettings settings) {
    return new SlackApi(client(settings).methods(settings.botToken().reveal()));
  }

  private static Slack client(SlackSettings settings) {
    var config = config(settings);
    var http =
        SlackHttpClient.buildOkHttpClient(config)
            .newBuilder()
            .addInterceptor(new WrittenOnce())
            .build();
    var client = new SlackHttpClient(http);
    client.setConfig(config);
    return Slack.getInstance(config, client);
  }

  /** The library's own configuration, also for Bolt. */
  static SlackConfig config(SlackSettings settings) {
    var config = new SlackConfig();
    config.setMethodsEndpointUrlPrefix(settings.apiUrl().toString());
    config.setStatsEnabled(false);
    config.setHttpClientReadTimeoutMillis(8_000);
    config.setHttpClientWriteTimeoutMillis(8_000);
    config.setHttpClientCallTimeoutMillis(10_000);
    if (isLoopback(settings.apiUrl().getHost())) {
      config.setProxyUrl(null);
    }
    return config;
  }

  static boolean isLoopback(String host) {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  /** Who this bot is. */
  record Self(String workspace, String team, String user) {}

  /** A person's account as the workspace describes it now. */
  record Account(
      String id,
      String team,
      Optional<String> enterprise,
      boolean deleted,
      boolean bot,
      boolean guest,
      boolean stranger,
      Optional<String> zone) {}

  /** A channel as far as it matters for starting something in it. */
  record Room(String id, boolean member, boolean shared, boolean archived, boolean direct) {}

  /** What one message says. */
  record Content(String text, String blocks) {}

  Answer<Self> self() {
    return call(
        () -> methods.authTest(r -> r),
        it ->
            new Self(
                given(it.getEnterpriseId()).orElse(it.getTeamId()),
                it.getTeamId(),
                it.getUserId()));
  }

  /** Where a new socket may be opened, once and soon; the address is a secret. */
  Answer<URI> socket(Secret appToken) {
    return call(
        () -> methods.appsConnectionsOpen(r -> r.token(appToken.reveal())),
        it -> URI.create(it.getUrl()));
  }

  Answer<Account> account(String user) {
    return call(
        () -> methods.usersInfo(r -> r.user(user)),
        response -> {
          var it = response.getUser();
          var enterprise =
              given(it.getEnterpriseId())
                  .or(
                      () ->
                          it.getEnterpriseUser() == null
                              ? Optional.empty()
                              : given(it.getEnterpriseUser().getEnterpriseId()));
          return new Account(
              it.getId(),
              it.getTeamId() == null ? "" : it.getTeamId(),
              enterprise,
              it.isDeleted(),
              it.isBot() || it.isWorkflowBot() || it.isConnectorBot(),
              it.isRestricted() || it.isUltraRestricted() || it.isInvitedUser(),
              it.isStranger(),
              given(it.getTz()));
        });
  }

  Answer<List<String>> groupMembers(String group) {
    return call(
        () -> methods.usergroupsUsersList(r -> r.usergroup(group)),
        it -> it.getUsers() == null ? List.of() : List.copyOf(it.getUsers()));
  }

  Answer<Room> room(String channel) {
    return call(
        () -> methods.conversationsInfo(r -> r.channel(channel)),
        response -> {
          var it = response.getChannel();
          return new Room(
              it.getId(),
              it.isMember(),
              it.isExtShared() || it.isPendingExtShared(),
              it.isArchived(),
              it.isIm() || it.isMpim());
        });
  }

  Answer<String> permalink(String channel, String ts) {
    return call(
        () -> methods.chatGetPermalink(r -> r.channel(channel).messageTs(ts)),
        it -> it.getPermalink());
  }

  /** Answers the message's ts. */
  Answer<String> post(
      String channel,
      Optional<String> thread,
      boolean broadcast,
      Content content,
      RunId run,
      String key) {
    return call(
        () ->
            methods.chatPostMessage(
                r -> {
                  thread.ifPresent(it -> r.threadTs(it).replyBroadcast(broadcast));
                  return r.channel(channel)
                      .text(content.text())
                      .blocksAsString(content.blocks())
                      .metadata(metadata(run, key))
                      .unfurlLinks(false)
                      .unfurlMedia(false);
                }),
        it -> it.getTs());
  }

  /** A message of no run: the anchor with this number. */
  Answer<String> announce(String channel, Content content, long anchor) {
    return call(
        () ->
            methods.chatPostMessage(
                r ->
                    r.channel(channel)
                        .text(content.text())
                        .blocksAsString(content.blocks())
                        .metadata(metadata("anchor", Long.toString(anchor)))
                        .unfurlLinks(false)
                        .unfurlMedia(false)),
        it -> it.getTs());
  }

  /** Whether the channel has that message among its newest. */
  Answer<Boolean> announced(String channel, long anchor) {
    return call(
        () ->
            methods.conversationsHistory(
                r -> r.channel(channel).limit(PAGE).includeAllMetadata(true)),
        it ->
            it.getMessages().stream()
                .anyMatch(
                    message -> names(message.getMetadata(), "anchor", Long.toString(anchor))));
  }

  Answer<String> update(String channel, String ts, Content content, RunId run, String key) {
    return call(
        () ->
            methods.chatUpdate(
                r ->
                    r.channel(channel)
                        .ts(ts)
                        .text(content.text())
                        .blocksAsString(content.blocks())
                        .metadata(metadata(run, key))),
        it -> it.getTs());
  }

  /** Only this person sees it. */
  Answer<String> whisper(String channel, String user, Optional<String> thread, Content content) {
    return call(
        () ->
            methods.chatPostEphemeral(
                r -> {
                  thread.ifPresent(r::threadTs);
                  return r.channel(channel)
                      .user(user)
                      .text(content.text())
                      .blocksAsString(content.blocks());
                }),
        it -> it.getMessageTs());
  }

  /** The channel of direct messages with this person. */
  Answer<String> conversation(String user) {
    return call(
        () -> methods.conversationsOpen(r -> r.users(List.of(user))),
        it -> it.getChannel().getId());
  }

  /** A direct message to this person. */
  Answer<String> direct(String user, Content content) {
    return call(
        () ->
            methods.chatPostMessage(
                r -> r.channel(user).text(content.text()).blocksAsString(content.blocks())),
        it -> it.getTs());
  }

  /**
   * A direct message to this person with files under it.
   *
   * @param files their contents by name
   */
  Answer<String> directFiles(String user, Content content, Map<String, String> files) {
    Answer<String> channel =
        call(
            () ->
                methods.chatPostMessage(
                    r -> r.channel(user).text(content.text()).blocksAsString(content.blocks())),
            it -> it.getChannel());
    return switch (channel) {
      case Answer.Ok<String>(var direct) -> upload(direct, files);
      case Answer.RateLimited<String> _, Answer.Failed<String> _, Answer.Unreachable<String> _ ->
          channel;
    };
  }

  private Answer<String> upload(String channel, Map<String, String> files) {
    var uploads =
        files.entrySet().stream()
            .map(
                it ->
                    FilesUploadV2Request.UploadFile.builder()
                        .filename(it.getKey())
                        .title(it.getKey())
                        .fileData(it.getValue().getBytes(StandardCharsets.UTF_8))
                        .build())
            .toList();
    return call(
        () -> methods.filesUploadV2(r -> r.channel(channel).uploadFiles(uploads)), _ -> channel);
  }

  /** Looks for a message of ours whose sending was not answered. */
  Answer<Optional<String>> find(String channel, Optional<String> thread, RunId run, String key) {
    Answer<List<Message>> found =
        thread.isPresent()
            ? call(
                () ->
                    methods.conversationsReplies(
                        r ->
                            r.channel(channel)
                                .ts(thread.get())
                                .limit(PAGE)
                                .includeAllMetadata(true)),
                it -> it.getMessages())
            : call(
                () ->
                    methods.conversationsHistory(
                        r -> r.channel(channel).limit(PAGE).includeAllMetadata(true)),
                it -> it.getMessages());
    return found.map(
        messages ->
            messages.stream()
                .filter(it -> names(it.getMetadata(), run, key))
                .map(Message::getTs)
                .findFirst());
  }

  /** A text file in a thread. Answers the file's id. */
  Answer<String> upload(String channel, String thread, String name, String title, String text) {
    return call(
        () ->
            methods.filesUploadV2(
                r -> r.channel(channel).threadTs(thread).filename(name).title(title).content(text)),
        it -> it.getFile() == null ? name : it.getFile().getId());
  }

  /** Looks for a file of ours whose sending was not answered. Answers its message's ts. */
  Answer<Optional<String>> findFile(String channel, String thread, String name) {
    Answer<List<Message>> found =
        call(
            () -> methods.conversationsReplies(r -> r.channel(channel).ts(thread).limit(PAGE)),
            it -> it.getMessages());
    return found.map(
        messages ->
            messages.stream()
                .filter(it -> it.getFiles() != null)
                .filter(it -> it.getFiles().stream().anyMatch(file -> name.equals(file.getName())))
                .map(Message::getTs)
                .findFirst());
  }

  /** Answers the view's id. */
  Answer<String> openView(String trigger, String view) {
    return call(
        () -> methods.viewsOpen(r -> r.triggerId(trigger).viewAsString(view)),
        it -> it.getView().getId());
  }

  Answer<String> updateView(String id, String view) {
    return call(
        () -> methods.viewsUpdate(r -> r.viewId(id).viewAsString(view)),
        it -> it.getView().getId());
  }

  /** Answers the view's id. */
  Answer<String> publishHome(String user, String view) {
    return call(
        () -> methods.viewsPublish(r -> r.userId(user).viewAsString(view)),
        it -> it.getView().getId());
  }

  private static Message.Metadata metadata(RunId run, String key) {
    return metadata(run.value(), key);
  }

  private static Message.Metadata metadata(String run, String key) {
    return Message.Metadata.builder()
        .eventType(METADATA)
        .eventPayload(Map.of("run", run, "key", key))
        .build();
  }

  private static boolean names(
      Message.@org.jspecify.annotations.Nullable Metadata metadata, RunId run, String key) {
    return names(metadata, run.value(), key);
  }

  private static boolean names(
      Message.@org.jspecify.annotations.Nullable Metadata metadata, String run, String key) {
    return metadata != null
        && METADATA.equals(metadata.getEventType())
        && metadata.getEventPayload() != null
        && run.equals(metadata.getEventPayload().get("run"))
        && key.equals(metadata.getEventPayload().get("key"));
  }

  private interface Request<R> {
    R send() throws IOException, SlackApiException;
  }

  private static <R extends SlackApiTextResponse, T> Answer<T> call(
      Request<R> request, Function<R, T> read) {
    try {
      var response = request.send();
      if (response.isOk()) {
        return new Answer.Ok<>(read.apply(response));
      }
      var code = response.getError() == null ? "unknown_error" : response.getError();
      return code.equals("ratelimited")
          ? new Answer.RateLimited<>(Duration.ofSeconds(10))
          : new Answer.Failed<>(code);
    } catch (SlackApiException refused) {
      return refused(refused);
    } catch (IOException | RuntimeException lost) {
      return new Answer.Unreachable<>("no answer, " + lost.getClass().getSimpleName());
    }
  }

  private static <T> Answer<T> refused(SlackApiException refused) {
    var response = refused.getResponse();
    if (response.code() != 429) {
      return new Answer.Unreachable<>("HTTP status " + response.code());
    }
    return new Answer.RateLimited<>(
        given(response.header("Retry-After"))
            .filter(it -> it.matches("[0-9]{1,4}"))
            .map(it -> Duration.ofSeconds(Math.max(1, Long.parseLong(it))))
            .orElse(Duration.ofSeconds(10)));
  }

  private static Optional<String> given(@org.jspecify.annotations.Nullable String text) {
    return text == null || text.isBlank() ? Optional.empty() : Optional.of(text);
  }
}
