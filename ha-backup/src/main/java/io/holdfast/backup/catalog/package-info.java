/** The catalogue of backups in a repository. */
package io.holdfast.backup.catalog;
