/** Words that every part of Countersign shares: ids, people, digests, problems, secrets. */
@org.jspecify.annotations.NullMarked
package io.countersign;
