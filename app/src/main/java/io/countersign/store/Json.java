package io.countersign.store;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.countersign.Digest;
import io.countersign.GateId;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.RunId;
import io.countersign.Subject;
import io.countersign.estate.SecretName;
import io.countersign.run.Halt;
import io.countersign.runbook.Value;
import java.io.IOException;
import java.util.UUID;
import java.util.function.Function;

/**
 * The stored form of values. Types are named by words of ours, never by class names; the domain
 * carries no annotations.
 */
final class Json {
  private final JsonMapper mapper;

  Json() {
    var words = new SimpleModule();
    word(words, RunId.class, RunId::value, RunId::new);
    word(words, GateId.class, GateId::toString, it -> new GateId(UUID.fromString(it)));
    word(words, Digest.class, Digest::hex, Digest::new);
    word(words, Person.class, Person::key, Person::ofKey);
    word(words, Role.class, Role::name, Role::new);
    word(words, Subject.class, Subject::value, Subject::new);
    word(words, SecretName.class, SecretName::value, SecretName::new);
    mapper =
        JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(words)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .addMixIn(Value.class, ValueTypes.class)
            .addMixIn(Halt.class, HaltTypes.class)
            .build();
  }

  String text(Object value) {
    try {
      return mapper.writeValueAsString(value);
    } catch (JsonProcessingException bug) {
      throw new IllegalStateException(
          "no stored form for " + value.getClass().getSimpleName(), bug);
    }
  }

  /**
   * @throws UnknownForm where the text has a form that this version does not know
   */
  <T> T read(String text, Class<T> type) {
    try {
      return mapper.readValue(text, type);
    } catch (JsonProcessingException unknown) {
      throw new UnknownForm(type.getSimpleName() + " in a form that this version does not know");
    }
  }

  /** A row that another version has written. The message holds no content. */
  static final class UnknownForm extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnknownForm(String message) {
      super(message);
    }
  }

  private static <T> void word(
      SimpleModule module, Class<T> type, Function<T, String> text, Function<String, T> parse) {
    module.addSerializer(type, new Word<>(type, text));
    module.addDeserializer(type, new Parsed<>(type, parse));
  }

  private static final class Word<T> extends StdSerializer<T> {
    private static final long serialVersionUID = 1;
    private final transient Function<T, String> text;

    Word(Class<T> type, Function<T, String> text) {
      super(type);
      this.text = text;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(text.apply(value));
    }
  }

  private static final class Parsed<T> extends FromStringDeserializer<T> {
    private static final long serialVersionUID = 1;
    private final transient Function<String, T> parse;

    Parsed(Class<T> type, Function<String, T> parse) {
      super(type);
      this.parse = parse;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return _deserialize(in.getText(), context);
    }

    @Override
    protected T _deserialize(String value, DeserializationContext context) {
      return parse.apply(value);
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Value.Text.class, name = "text"),
    @JsonSubTypes.Type(value = Value.Int.class, name = "int"),
    @JsonSubTypes.Type(value = Value.Bool.class, name = "boolean"),
    @JsonSubTypes.Type(value = Value.Moment.class, name = "instant"),
    @JsonSubTypes.Type(value = Value.Span.class, name = "duration"),
    @JsonSubTypes.Type(value = Value.Choice.class, name = "choice"),
    @JsonSubTypes.Type(value = Value.Size.class, name = "size"),
    @JsonSubTypes.Type(value = Value.OfTenant.class, name = "tenant"),
    @JsonSubTypes.Type(value = Value.OfServer.class, name = "server"),
    @JsonSubTypes.Type(value = Value.OfDatabase.class, name = "database"),
    @JsonSubTypes.Type(value = Value.OfSecret.class, name = "secret-name"),
    @JsonSubTypes.Type(value = Value.OfBackup.class, name = "backup")
  })
  private interface ValueTypes {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Halt.Cancelled.class, name = "cancelled"),
    @JsonSubTypes.Type(value = Halt.Denied.class, name = "denied"),
    @JsonSubTypes.Type(value = Halt.Expired.class, name = "expired"),
    @JsonSubTypes.Type(value = Halt.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = Halt.Left.class, name = "left")
  })
  private interface HaltTypes {}
}
