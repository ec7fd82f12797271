package org.merpati.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.kernel.Malformed;

class SettingsTest {
    @Test
    void withoutALineNothingLeavesTheCluster() {
        assertThat(Settings.of(List.of("allow example.com", "policy junk=3"))).isEqualTo(Settings.LOCAL);
        assertThat(Settings.LOCAL.dns()).isEmpty();
        assertThat(Settings.LOCAL.scanners()).isEmpty();
    }

    @Test
    void linesAreRead() {
        Settings settings = Settings.of(List.of(
                "dns 127.0.0.1:5353,127.0.0.2:53",
                "zone client bl.example 127.0.0.2=3",
                "clamd unix:/run/clamav/clamd.ctl",
                "clamd 192.0.2.1:3310",
                "clamd-absent pass",
                "pyzor 192.0.2.1:24441",
                "reputation none",
                "attachment quarantine dangerous iso"));
        assertThat(settings.dns().orElseThrow()).hasSize(2);
        assertThat(settings.zones()).singleElement().hasToString("client bl.example 127.0.0.2=3.0");
        assertThat(settings.scanners()).hasSize(2);
        assertThat(settings.pyzor().orElseThrow().getPort()).isEqualTo(24441);
        assertThat(settings.reputation()).isFalse();
        assertThat(settings.absent()).isEqualTo(Action.DELIVER);
        assertThat(settings.kinds()).contains("exe", "iso");
        assertThat(settings.unwanted()).isEqualTo(Action.QUARANTINE);
        assertThat(Settings.of(List.of("dns system")).dns().orElseThrow()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dns nowhere",
                "zone x",
                "clamd 3310",
                "clamd unix:relative",
                "clamd host:99999",
                "clamd-absent maybe",
                "pyzor public",
                "reputation good",
                "attachment exe",
                "rules relative/folder",
                "attachment reject",
                "attachment reject .exe"
            })
    void whatIsNoSettingIsRefusedAndHasNoEffect(String line) {
        assertThatThrownBy(() -> Settings.LOCAL.with(line)).isInstanceOf(Malformed.class);
        assertThat(Settings.of(List.of(line))).isEqualTo(Settings.LOCAL);
    }
}
