/** The demonstration: three node processes, a client process, masters killed, and a verdict from the disks. */
@NullMarked
package io.holdfast.examples.demo;

import org.jspecify.annotations.NullMarked;
