/** What can be set of gossip membership, and making it of that. */
package io.holdfast.membership.settings;
