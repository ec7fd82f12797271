package org.merpati.it;

import org.junit.jupiter.api.Tag;

/** {@link KillStories} with a process for each node and {@code kill -9}. */
@Tag("processes")
class ProcessKillStoriesTest extends KillStories {
    @Override
    Kit.Form form() {
        return Kit.Form.PROCESSES;
    }
}
