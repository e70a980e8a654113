/** The replicated state as a source of backups, and its log as what is archived between them. */
package io.holdfast.backup.state;
