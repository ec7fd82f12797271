package org.merpati.it;

/** {@link KillStories} in this JVM. */
class EmbeddedKillStoriesTest extends KillStories {
    @Override
    Kit.Form form() {
        return Kit.Form.EMBEDDED;
    }
}
