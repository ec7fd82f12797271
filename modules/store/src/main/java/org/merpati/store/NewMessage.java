package org.merpati.store;

import java.util.OptionalLong;
import org.merpati.kernel.Flags;

/**
 * A message to be appended.
 *
 * @param internalDate UTC milliseconds; the group's time if absent
 */
public record NewMessage(Body body, Flags flags, OptionalLong internalDate) {}
