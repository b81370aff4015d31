package io.countersign.runbook;

import io.countersign.estate.BackupRef;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.estate.TenantRef;
import java.time.Duration;
import java.time.Instant;

/** A typed value: of a parameter, an input or an output. */
public sealed interface Value {
  ValueType type();

  /** The form for people and for the order: unambiguous, UTC, no markup. */
  String shown();

  record Text(String value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.TEXT;
    }

    @Override
    public String shown() {
      return value;
    }
  }

  record Int(long value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.INT;
    }

    @Override
    public String shown() {
      return Long.toString(value);
    }
  }

  record Bool(boolean value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.BOOLEAN;
    }

    @Override
    public String shown() {
      return Boolean.toString(value);
    }
  }

  record Moment(Instant value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.INSTANT;
    }

    @Override
    public String shown() {
      return value.toString();
    }
  }

  record Span(Duration value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.DURATION;
    }

    @Override
    public String shown() {
      return value.toString();
    }
  }

  record Choice(String value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.CHOICE;
    }

    @Override
    public String shown() {
      return value;
    }
  }

  /** A number of bytes. */
  record Size(long bytes) implements Value {
    @Override
    public ValueType type() {
      return ValueType.SIZE;
    }

    @Override
    public String shown() {
      return bytes + " bytes";
    }
  }

  record OfTenant(TenantRef value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.TENANT;
    }

    @Override
    public String shown() {
      return value.toString();
    }
  }

  record OfServer(ServerRef value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.SERVER;
    }

    @Override
    public String shown() {
      return value.toString();
    }
  }

  record OfDatabase(DatabaseRef value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.DATABASE;
    }

    @Override
    public String shown() {
      return value.toString();
    }
  }

  record OfBackup(BackupRef value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.BACKUP;
    }

    @Override
    public String shown() {
      return value.toString();
    }
  }

  record OfSecret(SecretName value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.SECRET_NAME;
    }

    @Override
    public String shown() {
      return value.toString();
    }
  }
}
