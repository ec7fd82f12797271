package org.merpati.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private final ShiftedClock clock = new ShiftedClock();
    private final Throttle throttle = new Throttle(clock);

    private void fail(String address, int times) {
        for (int i = 0; i < times; i++) {
            int wait = throttle.begin(address);
            if (wait > 0) {
                clock.pass(Duration.ofSeconds(wait));
                assertThat(throttle.begin(address)).isZero();
            }
        }
    }

    @Test
    void eachFailureCostsASecondMore() {
        for (int i = 0; i < Throttle.FREE; i++) {
            assertThat(throttle.begin("192.0.2.1")).isZero();
        }
        for (int expected = 1; expected < 10; expected++) {
            assertThat(throttle.begin("192.0.2.1")).isEqualTo(expected);
            clock.pass(Duration.ofSeconds(expected));
            assertThat(throttle.begin("192.0.2.1")).isZero();
        }
        assertThat(throttle.begin("192.0.2.2")).as("another address").isZero();
    }

    @Test
    void theWaitHasALimitAndTimeForgets() {
        fail("192.0.2.1", 100);
        assertThat(throttle.begin("192.0.2.1")).isLessThanOrEqualTo(60);
        clock.pass(Duration.ofMinutes(16));
        assertThat(throttle.begin("192.0.2.1")).isZero();
        assertThat(throttle.begin("192.0.2.1")).isZero();
    }

    @Test
    void aNetworkOfIpv6IsOneAddress() {
        fail("[2001:db8:1:2::1]", Throttle.FREE);
        assertThat(throttle.begin("[2001:db8:1:2:ffff::9]")).isPositive();
        assertThat(throttle.begin("[2001:db8:1:3::1]")).isZero();
    }

    @Test
    void whatCouldNotBeJudgedDoesNotCount() {
        for (int i = 0; i < 3 * Throttle.FREE; i++) {
            assertThat(throttle.begin("192.0.2.1")).isZero();
            throttle.undone("192.0.2.1");
        }
    }
}
