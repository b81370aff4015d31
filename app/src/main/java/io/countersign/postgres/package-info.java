/**
 * The tenants' servers: sessions, identifiers, copy, parity, swap, client programs, restores from
 * base backup and WAL.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.postgres;
