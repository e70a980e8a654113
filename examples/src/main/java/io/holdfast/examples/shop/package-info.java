/** Everything together: a shop over HTTP whose nodes come and go with the load, and whose orders survive all of them. See docs/shop.md. */
@NullMarked
package io.holdfast.examples.shop;

import org.jspecify.annotations.NullMarked;
