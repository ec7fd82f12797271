package org.merpati.it;

import org.junit.jupiter.api.Tag;

/** {@link KillStories} in this JVM. */
@Tag("slow")
class EmbeddedKillStoriesTest extends KillStories {
    @Override
    Kit.Form form() {
        return Kit.Form.EMBEDDED;
    }
}
