package io.countersign.slack;

import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import com.slack.api.methods.request.files.FilesUploadV2Request;
import com.slack.api.model.Message;
import com.slack.api.model.ResponseMetadata;
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
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import okhttp3.OkHttpClient;

/** The few methods of Slack's Web API that we use; every answer is looked at. */
final class SlackApi {
  private static final String METADATA = "countersign";
  private static final int PAGE = 200;

  private static final int PAGES = 10;
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /** A question whether Slack is there need not wait as long as a message. */
  private static final Duration QUESTION = Duration.ofSeconds(5);

  private final MethodsClient methods;
  private final MethodsClient questions;
  private final Consumer<Answer<?>> heard;

  SlackApi(MethodsClient methods) {
    this(methods, methods, _ -> {});
  }

  private SlackApi(MethodsClient methods, MethodsClient questions, Consumer<Answer<?>> heard) {
    this.methods = methods;
    this.questions = questions;
    this.heard = heard;
  }

  static SlackApi of(SlackSettings settings) {
    return of(settings, _ -> {});
  }

  /**
   * @param heard is told what came of each call with the bot's token
   */
  static SlackApi of(SlackSettings settings, Consumer<Answer<?>> heard) {
    var config = config(settings);
    var http =
        SlackHttpClient.buildOkHttpClient(config)
            .newBuilder()
            .connectTimeout(CONNECT)
            .addInterceptor(new WrittenOnce())
            .build();
    var token = settings.botToken().reveal();
    return new SlackApi(
        client(config, http).methods(token),
        client(config, http.newBuilder().callTimeout(QUESTION).build()).methods(token),
        heard);
  }

  private static Slack client(SlackConfig config, OkHttpClient http) {
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
    return self(methods);
  }

  /** Whether Slack is there and takes the token. */
  Answer<Self> question() {
    return self(questions);
  }

  private Answer<Self> self(MethodsClient client) {
    return call(
        () -> client.authTest(r -> r),
        it ->
            new Self(
                given(it.getEnterpriseId()).orElse(it.getTeamId()),
                it.getTeamId(),
                it.getUserId()));
  }

  /** Where a new socket may be opened, once and soon; the address is a secret. */
  Answer<URI> socket(Secret appToken) {
    return asked(
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

  /** A message of no run, with a name of its own. */
  Answer<String> announce(String channel, Content content, String kind, String id) {
    return call(
        () ->
            methods.chatPostMessage(
                r ->
                    r.channel(channel)
                        .text(content.text())
                        .blocksAsString(content.blocks())
                        .metadata(metadata(kind, id))
                        .unfurlLinks(false)
                        .unfurlMedia(false)),
        it -> it.getTs());
  }

  /** Whether the channel has that message among its newest. */
  Answer<Boolean> announced(String channel, String kind, String id) {
    return call(
        () ->
            methods.conversationsHistory(
                r -> r.channel(channel).limit(PAGE).includeAllMetadata(true)),
        it ->
            it.getMessages().stream().anyMatch(message -> names(message.getMetadata(), kind, id)));
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
    return find(channel, thread, it -> names(it.getMetadata(), run, key));
  }

  private Answer<Optional<String>> find(
      String channel, Optional<String> thread, Predicate<Message> fits) {
    var cursor = "";
    for (int page = 0; page < PAGES; page++) {
      switch (page(channel, thread, cursor)) {
        case Answer.Ok<Page>(var got) -> {
          var found = got.messages().stream().filter(fits).map(Message::getTs).findFirst();
          if (found.isPresent() || got.next().isEmpty()) {
            return new Answer.Ok<>(found);
          }
          cursor = got.next();
        }
        case Answer.RateLimited<Page>(var pause) -> {
          return new Answer.RateLimited<>(pause);
        }
        case Answer.Failed<Page>(var code) -> {
          return new Answer.Failed<>(code);
        }
        case Answer.Unreachable<Page>(var why) -> {
          return new Answer.Unreachable<>(why);
        }
      }
    }
    return new Answer.Ok<>(Optional.empty());
  }

  private record Page(List<Message> messages, String next) {
    static Page of(
        List<Message> messages, @org.jspecify.annotations.Nullable ResponseMetadata more) {
      return new Page(messages, more == null ? "" : given(more.getNextCursor()).orElse(""));
    }
  }

  /** Of a thread the oldest come first, of a channel the newest. */
  private Answer<Page> page(String channel, Optional<String> thread, String cursor) {
    return thread.isPresent()
        ? call(
            () ->
                methods.conversationsReplies(
                    r ->
                        r.channel(channel)
                            .ts(thread.get())
                            .limit(PAGE)
                            .cursor(cursor)
                            .includeAllMetadata(true)),
            it -> Page.of(it.getMessages(), it.getResponseMetadata()))
        : call(
            () ->
                methods.conversationsHistory(
                    r -> r.channel(channel).limit(PAGE).cursor(cursor).includeAllMetadata(true)),
            it -> Page.of(it.getMessages(), it.getResponseMetadata()));
  }

  /** A file in a thread. Answers the file's id. */
  Answer<String> upload(String channel, String thread, String name, Attachment file) {
    return call(
        () ->
            methods.filesUploadV2(
                r ->
                    r.channel(channel)
                        .threadTs(thread)
                        .filename(name)
                        .title(file.title())
                        .altTxt(file.told().isEmpty() ? null : file.told())
                        .fileData(file.bytes())),
        it -> it.getFile() == null ? name : it.getFile().getId());
  }

  /** Looks for a file of ours whose sending was not answered. Answers its message's ts. */
  Answer<Optional<String>> findFile(String channel, String thread, String name) {
    return find(
        channel,
        Optional.of(thread),
        it ->
            it.getFiles() != null
                && it.getFiles().stream().anyMatch(file -> name.equals(file.getName())));
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

  private <R extends SlackApiTextResponse, T> Answer<T> call(
      Request<R> request, Function<R, T> read) {
    var answer = asked(request, read);
    heard.accept(answer);
    return answer;
  }

  private static <R extends SlackApiTextResponse, T> Answer<T> asked(
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
