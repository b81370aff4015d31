/** A real browser for the sandbox's page, and the story played in it by clicks and keys. */
@NullMarked
package io.countersign.browser;

import org.jspecify.annotations.NullMarked;
