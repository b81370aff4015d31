/** Actions on one tenant: freeze, settle, unfreeze, invalidate, audit. */
@org.jspecify.annotations.NullMarked
package io.countersign.action.tenant;
