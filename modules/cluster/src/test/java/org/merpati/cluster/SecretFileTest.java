package org.merpati.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.merpati.kernel.Malformed;

class SecretFileTest {
    @TempDir
    Path folder;

    private Path written() throws IOException {
        Path file = folder.resolve("secret");
        new SecretFile(Optional.empty(), Optional.of("rahasia")).write(file);
        return file;
    }

    @Test
    void whatIsWrittenIsReadBackAndIsItsOwnersAlone() throws IOException {
        Path file = written();
        assertThat(SecretFile.read(file).passphrase()).contains("rahasia");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(SecretFile.read(folder.resolve("none")).passphrase()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw--w----", "rw----r--", "rw-----w-"})
    void aFileThatOthersCanReadOrWriteIsRefused(String rights) throws IOException {
        Path file = written();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
        assertThatThrownBy(() -> SecretFile.read(file))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("chmod 600 " + file);
    }

    @Test
    void anUnknownLineIsNamed() throws IOException {
        Path file = folder.resolve("secret");
        Pem.writeSecret(file, "pasphrase = x\n");
        assertThatThrownBy(() -> SecretFile.read(file)).hasMessageContaining("no key 'pasphrase'");
    }
}
