/** Backups: dumping a tenant, proving the dump, taking it back. */
@org.jspecify.annotations.NullMarked
package io.countersign.action.backup;
