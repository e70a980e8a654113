/** What can be set of backups, and making them of that. */
package io.holdfast.backup.settings;
