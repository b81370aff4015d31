package io.countersign.action;

import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.estate.TenantRef;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bridge between an action's records and typed values: component {@code keepAs} is field {@code
 * keep-as}.
 */
public final class Fields<R extends Record> {
  private static final Map<Class<?>, ValueType> TYPES =
      Map.of(
          String.class, ValueType.TEXT,
          long.class, ValueType.INT,
          boolean.class, ValueType.BOOLEAN,
          Instant.class, ValueType.INSTANT,
          Duration.class, ValueType.DURATION,
          TenantRef.class, ValueType.TENANT,
          ServerRef.class, ValueType.SERVER,
          DatabaseRef.class, ValueType.DATABASE,
          SecretName.class, ValueType.SECRET_NAME,
          BackupRef.class, ValueType.BACKUP);

  private final Class<R> type;
  private final List<RecordComponent> components;

  private Fields(Class<R> type) {
    this.type = type;
    this.components = List.of(type.getRecordComponents());
  }

  public static <R extends Record> Fields<R> of(Class<R> type) {
    return new Fields<>(type);
  }

  /** Field names and types in the record's order. */
  public Map<String, ValueType> types() {
    var types = new LinkedHashMap<String, ValueType>();
    for (var component : components) {
      var known = TYPES.get(component.getType());
      if (known == null) {
        throw new IllegalArgumentException(
            type.getName() + "." + component.getName() + " has a type that runbooks do not know");
      }
      types.put(fieldName(component), known);
    }
    return types;
  }

  /** The fields that may be left out. */
  public Set<String> optional() {
    var names = new LinkedHashSet<String>();
    for (var component : components) {
      if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        names.add(fieldName(component));
      }
    }
    return names;
  }

  /**
   * Makes the record.
   *
   * @throws IllegalArgumentException where a field is missing or of another type; lint has refused
   *     such a runbook before
   */
  public R bind(Map<String, Value> values) {
    var arguments = new ArrayList<@Nullable Object>();
    var optional = optional();
    for (var component : components) {
      var name = fieldName(component);
      var value = values.get(name);
      if (value == null && !optional.contains(name)) {
        throw new IllegalArgumentException(type.getSimpleName() + " needs a value for " + name);
      }
      arguments.add(value == null ? null : raw(value));
    }
    try {
      var parameters = components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
      var constructor = type.getDeclaredConstructor(parameters);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments.toArray());
    } catch (InvocationTargetException refused) {
      throw new IllegalArgumentException(
          type.getSimpleName() + " refuses its values: " + refused.getCause(), refused);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(type.getName() + " is no usable record", impossible);
    }
  }

  /** The record's values by field name; empty optional fields are left out. */
  public Map<String, Value> unbind(R made) {
    var values = new LinkedHashMap<String, Value>();
    for (var component : components) {
      try {
        var accessor = component.getAccessor();
        accessor.setAccessible(true);
        var raw = accessor.invoke(made);
        if (raw != null) {
          values.put(fieldName(component), value(raw));
        }
      } catch (ReflectiveOperationException impossible) {
        throw new IllegalStateException(type.getName() + " is no usable record", impossible);
      }
    }
    return values;
  }

  private static Object raw(Value value) {
    return switch (value) {
      case Value.Text(var it) -> it;
      case Value.Int(var it) -> it;
      case Value.Bool(var it) -> it;
      case Value.Moment(var it) -> it;
      case Value.Span(var it) -> it;
      case Value.Choice(var it) -> it;
      case Value.Size(var it) -> it;
      case Value.OfTenant(var it) -> it;
      case Value.OfServer(var it) -> it;
      case Value.OfDatabase(var it) -> it;
      case Value.OfSecret(var it) -> it;
      case Value.OfBackup(var it) -> it;
    };
  }

  private static Value value(Object raw) {
    return switch (raw) {
      case String it -> new Value.Text(it);
      case Long it -> new Value.Int(it);
      case Boolean it -> new Value.Bool(it);
      case Instant it -> new Value.Moment(it);
      case Duration it -> new Value.Span(it);
      case TenantRef it -> new Value.OfTenant(it);
      case ServerRef it -> new Value.OfServer(it);
      case DatabaseRef it -> new Value.OfDatabase(it);
      case SecretName it -> new Value.OfSecret(it);
      case BackupRef it -> new Value.OfBackup(it);
      default -> throw new IllegalStateException("no value type for " + raw.getClass());
    };
  }

  private static String fieldName(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
