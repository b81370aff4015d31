/** Actions before a restore: finding what stands in its way. */
@org.jspecify.annotations.NullMarked
package io.countersign.action.restore;
