/** When backups are made, kept, copied and thrown away: a core that decides, and a driver that does it. */
package io.holdfast.backup.plan;
