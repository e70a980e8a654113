/** What every election engine is tested for. */
@NullMarked
package io.holdfast.integrations.election.contract;

import org.jspecify.annotations.NullMarked;
