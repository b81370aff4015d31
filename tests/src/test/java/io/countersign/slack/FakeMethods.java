package io.countersign.slack;

import com.slack.api.RequestConfigurator;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiTextResponse;
import com.slack.api.methods.request.chat.ChatPostEphemeralRequest;
import com.slack.api.methods.request.chat.ChatPostMessageRequest;
import com.slack.api.methods.request.files.FilesUploadV2Request;
import com.slack.api.methods.request.views.ViewsOpenRequest;
import com.slack.api.methods.request.views.ViewsUpdateRequest;
import com.slack.api.methods.response.chat.ChatGetPermalinkResponse;
import com.slack.api.methods.response.chat.ChatPostMessageResponse;
import com.slack.api.methods.response.conversations.ConversationsInfoResponse;
import com.slack.api.methods.response.users.UsersInfoResponse;
import com.slack.api.methods.response.views.ViewsOpenResponse;
import com.slack.api.methods.response.views.ViewsUpdateResponse;
import com.slack.api.model.Conversation;
import com.slack.api.model.User;
import com.slack.api.model.view.View;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Slack's methods on paper: keeps what it is told, and answers as it is set to. */
final class FakeMethods {
  private static final Map<String, Class<?>> REQUESTS = new ConcurrentHashMap<>();
  final List<SlackApi.Content> told = new ArrayList<>();
  final List<String> views = new ArrayList<>();
  final Map<String, String> files = new HashMap<>();

  /** What a method answers instead, by its name in Java. */
  final Map<String, String> errors = new HashMap<>();

  Conversation room = Conversation.builder().id("C0INCIDENT").isMember(true).build();
  String zone = "Europe/Madrid";

  MethodsClient client() {
    return (MethodsClient)
        Proxy.newProxyInstance(
            MethodsClient.class.getClassLoader(),
            new Class<?>[] {MethodsClient.class},
            (_, method, arguments) -> answer(method, arguments[0]));
  }

  private Object answer(Method method, Object argument) throws ReflectiveOperationException {
    var request = argument instanceof RequestConfigurator<?> how ? built(method, how) : argument;
    var response = method.getReturnType().getConstructor().newInstance();
    var text = (SlackApiTextResponse) response;
    var error = errors.get(method.getName());
    text.setOk(error == null);
    if (error != null) {
      text.setError(error);
      return response;
    }
    keep(request);
    switch (response) {
      case ConversationsInfoResponse it -> it.setChannel(room);
      case UsersInfoResponse it -> it.setUser(account());
      case ChatGetPermalinkResponse it -> it.setPermalink("https://example.test/archives/1");
      case ChatPostMessageResponse it -> it.setChannel("D0DIRECT");
      case ViewsOpenResponse it -> it.setView(View.builder().id("V1").build());
      case ViewsUpdateResponse it -> it.setView(View.builder().id("V1").build());
      default -> {}
    }
    return response;
  }

  private User account() {
    var user = new User();
    user.setId("U0ALICE");
    user.setTz(zone);
    return user;
  }

  /** As the library builds it: the overload that takes the whole request knows its builder. */
  @SuppressWarnings("unchecked")
  private static Object built(Method method, RequestConfigurator<?> how)
      throws ReflectiveOperationException {
    var type = REQUESTS.computeIfAbsent(method.getName(), FakeMethods::request);
    var builder = type.getMethod("builder").invoke(null);
    var done = ((RequestConfigurator<Object>) how).configure(builder);
    return done.getClass().getMethod("build").invoke(done);
  }

  private static Class<?> request(String method) {
    return Arrays.stream(MethodsClient.class.getMethods())
        .filter(it -> it.getName().equals(method))
        .map(it -> it.getParameterTypes()[0])
        .filter(it -> it.getSimpleName().endsWith("Request"))
        .findFirst()
        .orElseThrow();
  }

  private void keep(Object request) {
    switch (request) {
      case ChatPostEphemeralRequest it ->
          told.add(new SlackApi.Content(it.getText(), it.getBlocksAsString()));
      case ChatPostMessageRequest it ->
          told.add(new SlackApi.Content(it.getText(), it.getBlocksAsString()));
      case ViewsOpenRequest it -> views.add(it.getViewAsString());
      case ViewsUpdateRequest it -> views.add(it.getViewAsString());
      case FilesUploadV2Request it ->
          it.getUploadFiles()
              .forEach(
                  file ->
                      files.put(
                          file.getFilename(),
                          new String(file.getFileData(), StandardCharsets.UTF_8)));
      default -> {}
    }
  }
}
