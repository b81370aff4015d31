/**
 * Countersign's own database: journal, gates, requests, posts. The only place that knows Jdbi,
 * Flyway and our tables.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.store;
