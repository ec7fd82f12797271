/** What {@code ./dev bench journal} runs as processes: voters of a journal, and the least that copies can cost. */
@NullMarked
package org.merpati.dev.copies;

import org.jspecify.annotations.NullMarked;
