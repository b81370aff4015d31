/** Figures beside those of other ways to do the same; nothing is asserted of a time. */
@NullMarked
package io.countersign.bench;

import org.jspecify.annotations.NullMarked;
