/** Examples of one idea each; each is run by its {@code main} and by a test. */
@NullMarked
package io.holdfast.examples;

import org.jspecify.annotations.NullMarked;
