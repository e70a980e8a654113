/** Keys of keys. */
package io.holdfast.backup.crypto;
