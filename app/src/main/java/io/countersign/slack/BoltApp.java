package io.countersign.slack;

import com.slack.api.Slack;
import com.slack.api.app_backend.SlackSignature;
import com.slack.api.app_backend.events.payload.EventsApiPayload;
import com.slack.api.app_backend.interactive_components.payload.BlockActionPayload;
import com.slack.api.app_backend.interactive_components.payload.BlockSuggestionPayload;
import com.slack.api.app_backend.interactive_components.response.BlockSuggestionResponse;
import com.slack.api.app_backend.slash_commands.payload.SlashCommandPayload;
import com.slack.api.app_backend.views.payload.ViewSubmissionPayload;
import com.slack.api.bolt.App;
import com.slack.api.bolt.AppConfig;
import com.slack.api.bolt.context.builtin.ViewSubmissionContext;
import com.slack.api.bolt.middleware.Middleware;
import com.slack.api.bolt.middleware.MiddlewareChain;
import com.slack.api.bolt.middleware.builtin.RequestVerification;
import com.slack.api.bolt.request.Request;
import com.slack.api.bolt.response.Response;
import com.slack.api.model.event.AppHomeOpenedEvent;
import com.slack.api.model.event.AppMentionEvent;
import com.slack.api.model.event.Event;
import com.slack.api.model.event.MessageEvent;
import com.slack.api.model.view.ViewState;
import io.countersign.Person;
import io.countersign.Secret;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bolt with catch-all handlers: each copies ids and text, has them kept, and acknowledges. Only
 * Bolt's own signature check stands before them: its other middleware asks Slack about the token on
 * every request, and nothing may come before our insert.
 */
final class BoltApp {
  private static final Logger log = LoggerFactory.getLogger(BoltApp.class);
  private static final Pattern ANY = Pattern.compile("[\\s\\S]*");
  private static final int LONGEST_KEY = 500;
  static final String LOST =
      "I cannot reach my database, so nothing was started or counted. Try again in a minute.";

  private final Intake intake;
  private final AskReader forms;
  private final Suggestions suggestions;

  BoltApp(Intake intake, AskReader forms, Suggestions suggestions) {
    this.intake = intake;
    this.forms = forms;
    this.suggestions = suggestions;
  }

  App build(SlackSettings settings) {
    var config =
        AppConfig.builder()
            .slack(Slack.getInstance(SlackApi.config(settings)))
            .signingSecret(settings.signingSecret().map(Secret::reveal).orElse(null))
            .build();
    var middleware = new ArrayList<Middleware>();
    middleware.add(settings.signingSecret().map(BoltApp::verified).orElse(BoltApp::onlyBySocket));
    middleware.add(BoltApp::acknowledgeUnknown);
    var app = new App(config, middleware);
    app.command(ANY, (request, context) -> typed(request.getPayload(), context));
    app.blockAction(
        ANY, (request, context) -> answered(clicked(request.getPayload()), context.ack()));
    app.viewSubmission(ANY, (request, context) -> submitted(request.getPayload(), context));
    app.blockSuggestion(ANY, (request, context) -> context.ack(suggested(request.getPayload())));
    app.viewClosed(ANY, (_, context) -> context.ack());
    app.event(
        AppMentionEvent.class, (payload, context) -> answered(mentioned(payload), context.ack()));
    app.event(
        MessageEvent.class, (payload, context) -> answered(overheard(payload), context.ack()));
    app.event(
        AppHomeOpenedEvent.class, (payload, context) -> answered(opened(payload), context.ack()));
    return app;
  }

  /** Requests from a socket pass: that the socket is Slack's is their signature. */
  private static Middleware verified(Secret signingSecret) {
    return new RequestVerification(
        new SlackSignature.Verifier(new SlackSignature.Generator(signingSecret.reveal())));
  }

  private static Response onlyBySocket(Request<?> request, Response response, MiddlewareChain chain)
      throws Exception {
    return request.isSocketMode() ? chain.next(request) : Response.error(401);
  }

  /** Whatever nobody handles is acknowledged all the same, or Slack would send it again. */
  private static Response acknowledgeUnknown(
      Request<?> request, Response response, MiddlewareChain chain) throws Exception {
    var answer = chain.next(request);
    return answer.getStatusCode() == 404 ? Response.ok() : answer;
  }

  /** A failure is what makes Slack show the person that it did not work. */
  private static Response answered(Intake.Taken taken, Response ack) {
    return switch (taken) {
      case NEW, REPEATED -> ack;
      case LOST -> Response.error(500);
    };
  }

  private Response typed(
      SlashCommandPayload payload, com.slack.api.bolt.context.builtin.SlashCommandContext context) {
    var inbound =
        new Inbound.Typed(
            person(payload.getEnterpriseId(), payload.getTeamId(), payload.getUserId()),
            text(payload.getChannelId()),
            text(payload.getCommand()),
            text(payload.getText()),
            text(payload.getTriggerId()));
    return switch (intake.take(key(payload.getTriggerId()), inbound)) {
      case NEW, REPEATED -> context.ack();
      case LOST -> context.ack(LOST);
    };
  }

  private Intake.Taken clicked(BlockActionPayload payload) {
    var action = payload.getActions().getFirst();
    var container = payload.getContainer();
    var enterprise = payload.getEnterprise() == null ? null : payload.getEnterprise().getId();
    var user = payload.getUser();
    var inbound =
        new Inbound.Clicked(
            person(enterprise, orElse(user.getTeamId(), payload.getTeam().getId()), user.getId()),
            payload.getChannel() == null ? "" : text(payload.getChannel().getId()),
            container == null ? "" : text(container.getThreadTs()),
            text(action.getActionId()),
            text(action.getValue()),
            text(payload.getTriggerId()));
    return intake.take(key(payload.getTriggerId()), inbound);
  }

  /** Trouble with a field is said at the field, while the person still sees the form. */
  private Response submitted(ViewSubmissionPayload payload, ViewSubmissionContext context) {
    var form = form(payload);
    var key = key(payload.getTriggerId());
    if (form.view().equals(AskForm.CALLBACK)) {
      var problems = problems(form);
      if (!problems.isEmpty()) {
        return context.ackWithErrors(problems);
      }
      // two clicks on the same form are two triggers, but one wish
      key = key("form/" + payload.getView().getId() + "/" + payload.getView().getHash());
    }
    return intake.take(key, form) == Intake.Taken.LOST
        ? context.ackWithErrors(Map.of(fieldOf(form), LOST))
        : context.ack();
  }

  private Map<String, String> problems(Inbound.Submitted form) {
    try {
      return switch (forms.read(form)) {
        case AskReader.Filled.Good _ -> Map.of();
        case AskReader.Filled.Bad(var problems) -> problems;
      };
    } catch (RuntimeException unreachable) {
      log.error("a form could not be read: {}", Intake.name(unreachable));
      return Map.of(fieldOf(form), LOST);
    }
  }

  private static String fieldOf(Inbound.Submitted form) {
    return form.view().equals(AskForm.CALLBACK)
        ? AskReader.anyBlock(form)
        : Modals.fieldOf(form.view());
  }

  private static Inbound.Submitted form(ViewSubmissionPayload payload) {
    var entered = new HashMap<String, String>();
    if (payload.getView().getState() != null) {
      payload
          .getView()
          .getState()
          .getValues()
          .forEach(
              (block, actions) ->
                  actions.values().forEach(it -> entered.put(text(block), entered(it))));
    }
    var metadata = text(payload.getView().getPrivateMetadata());
    var enterprise = payload.getEnterprise() == null ? null : payload.getEnterprise().getId();
    var user = payload.getUser();
    return new Inbound.Submitted(
        person(enterprise, orElse(user.getTeamId(), payload.getTeam().getId()), user.getId()),
        Modals.channelOf(metadata),
        Modals.threadOf(metadata),
        text(payload.getView().getCallbackId()),
        metadata,
        entered);
  }

  /** What was entered or chosen, whichever kind of field it is. */
  private static String entered(ViewState.Value value) {
    if (value.getSelectedOption() != null) {
      return text(value.getSelectedOption().getValue());
    }
    return orElse(value.getValue(), orElse(value.getSelectedDate(), value.getSelectedTime()));
  }

  private BlockSuggestionResponse suggested(BlockSuggestionPayload payload) {
    var enterprise = payload.getEnterprise() == null ? null : payload.getEnterprise().getId();
    var user = payload.getUser();
    var view = payload.getView();
    return suggestions.answer(
        person(enterprise, orElse(user.getTeamId(), payload.getTeam().getId()), user.getId()),
        view == null ? "" : text(view.getPrivateMetadata()),
        text(payload.getValue()));
  }

  private Intake.Taken mentioned(EventsApiPayload<AppMentionEvent> payload) {
    var event = payload.getEvent();
    if (event.getBotId() != null || event.getUser() == null) {
      return Intake.Taken.REPEATED;
    }
    return said(
        payload,
        new Inbound.Said(
            person(
                payload.getEnterpriseId(),
                orElse(event.getUserTeam(), payload.getTeamId()),
                event.getUser()),
            text(event.getChannel()),
            text(event.getThreadTs()),
            text(event.getTs()),
            text(event.getText()),
            true));
  }

  /**
   * Of what people say without naming us only direct messages are kept, and in threads what sounds
   * like a vote. A mention in a channel comes as {@code app_mention} too, and counts there.
   */
  private Intake.Taken overheard(EventsApiPayload<MessageEvent> payload) {
    var event = payload.getEvent();
    var spoken = text(event.getText());
    boolean direct = "im".equals(event.getChannelType());
    boolean vote = event.getThreadTs() != null && Spoken.soundsLikeAVote(spoken);
    if (event.getBotId() != null
        || event.getUser() == null
        || !(direct || vote)
        || (!direct && Spoken.namesSomebody(spoken, bots(payload)))) {
      return Intake.Taken.REPEATED;
    }
    return said(
        payload,
        new Inbound.Said(
            person(
                payload.getEnterpriseId(),
                orElse(event.getTeam(), payload.getTeamId()),
                event.getUser()),
            text(event.getChannel()),
            text(event.getThreadTs()),
            text(event.getTs()),
            spoken,
            direct));
  }

  /** The tab of messages opens with the same event. */
  private Intake.Taken opened(EventsApiPayload<AppHomeOpenedEvent> payload) {
    var event = payload.getEvent();
    if (event.getUser() == null || !"home".equals(event.getTab())) {
      return Intake.Taken.REPEATED;
    }
    var who = person(payload.getEnterpriseId(), payload.getTeamId(), event.getUser());
    return intake.take(key(payload.getEventId()), new Inbound.Opened(who));
  }

  /** A mention comes as two events with ids of their own; the message they are about is one. */
  private Intake.Taken said(EventsApiPayload<? extends Event> payload, Inbound.Said said) {
    var key = said.ts().isEmpty() ? payload.getEventId() : said.channel() + "/" + said.ts();
    return intake.take(key(key), said);
  }

  /**
   * What a redelivery is known by. A request without it is none of Slack's, and is answered as
   * malformed: it could not be told from the next.
   */
  private static String key(@Nullable String id) {
    var key = text(id);
    if (key.isBlank() || key.length() > LONGEST_KEY) {
      throw new IllegalArgumentException("a request without an id");
    }
    return key;
  }

  private static List<String> bots(EventsApiPayload<?> payload) {
    var authorizations = payload.getAuthorizations();
    return authorizations == null
        ? List.of()
        : authorizations.stream().map(it -> text(it.getUserId())).toList();
  }

  private static Person person(
      @Nullable String enterprise, @Nullable String team, @Nullable String user) {
    return new Person(orElse(enterprise, text(team)), text(user));
  }

  private static String orElse(@Nullable String first, @Nullable String second) {
    return first == null || first.isBlank() ? text(second) : first;
  }

  /** As our database can keep it: neither NUL nor half a character is text there. */
  private static String text(@Nullable String text) {
    if (text == null) {
      return "";
    }
    var kept = new StringBuilder(text.length());
    text.codePoints()
        .map(it -> it == 0 || Character.getType(it) == Character.SURROGATE ? 0xFFFD : it)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }
}
