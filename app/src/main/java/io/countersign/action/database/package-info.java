/** What runbooks do with whole databases: copy, compare, swap, discard. */
@org.jspecify.annotations.NullMarked
package io.countersign.action.database;
