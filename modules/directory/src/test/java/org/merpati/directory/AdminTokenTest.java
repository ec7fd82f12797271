package org.merpati.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.kernel.Malformed;

class AdminTokenTest {
    @Test
    void itOpensToItsSecretUntilItEnds() {
        String secret = AdminToken.secret();
        assertThat(secret).matches("merpati_[A-Za-z0-9_-]{43}").isNotEqualTo(AdminToken.secret());
        AdminToken token = new AdminToken("deploy", false, 1_000, 2_000, AdminToken.hash(secret));
        assertThat(token.opens(secret, 1_999)).isTrue();
        assertThat(token.opens(secret, 2_000)).isFalse();
        assertThat(token.opens(secret + " ", 1_999)).isFalse();
        assertThat(token.opens(token.hash(), 1_999)).isFalse();
        assertThat(token.opens("", 1_999)).isFalse();
        assertThat(new AdminToken("deploy", false, 1, AdminToken.NEVER, token.hash()).opens(secret, Long.MAX_VALUE - 1))
                .isTrue();
    }

    @Test
    void theTextFormIsReadAsItWasWritten() {
        AdminToken token = new AdminToken("ci.deploy-2", true, 1_000, AdminToken.NEVER, AdminToken.hash("x"));
        assertThat(AdminToken.parse(token.toString())).isEqualTo(token);
        assertThat(token.toString()).startsWith("ci.deploy-2 look 1000 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a all 1 2", "A all 1 2 HASH", "a some 1 2 HASH", "a all x 2 HASH", "a all 1 2 HASH 3"})
    void whatIsNoTokenIsRefused(String text) {
        String whole = text.replace("HASH", AdminToken.hash("x"));
        assertThatThrownBy(() -> AdminToken.parse(whole)).isInstanceOf(Malformed.class);
    }
}
