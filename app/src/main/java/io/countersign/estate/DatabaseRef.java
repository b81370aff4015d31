package io.countersign.estate;

/**
 * One database by server, OID and name. The OID says which database, the name what it was called
 * when this was written down: after a swap another OID bears the live name, so both are always
 * compared.
 *
 * @param oid pg_database.oid, 1 to 4,294,967,295
 */
public record DatabaseRef(ServerRef server, long oid, String name) {
  public DatabaseRef {
    if (oid < 1 || oid > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("not an OID: " + oid);
    }
  }

  @Override
  public String toString() {
    return name + " (OID " + oid + " on " + server.name() + ")";
  }
}
