package org.merpati.store.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.AccountId;
import org.merpati.kernel.Id;
import org.merpati.kernel.MailboxId;

class IndexFolderTest {
    private static final Place INBOX = new Place(new AccountId(new Id(1, 1)), new MailboxId(new Id(2, 2)));

    @TempDir
    Path temp;

    private IndexFolder open(String owner) throws IOException {
        return IndexFolder.open(temp, owner, SearchLimits.DEFAULT);
    }

    private void write() throws IOException {
        try (IndexFolder index = open("shard-1")) {
            Changes changes = new Changes(new Progress(7, 12, 40), true, List.of(), List.of(), false);
            assertThat(index.take(INBOX, changes, () -> false)).isTrue();
            assertThat(index.progress(INBOX)).isEqualTo(new Progress(7, 12, 40));
            index.commit();
            index.drop(INBOX);
            assertThat(index.progress(INBOX)).isEqualTo(Progress.NONE);
        }
    }

    @Test
    void whatIsCommittedIsThereAgainAndNothingElse() throws IOException {
        write();
        try (IndexFolder index = open("shard-1")) {
            assertThat(index.progress(INBOX)).isEqualTo(new Progress(7, 12, 40));
            assertThat(index.places()).containsExactly(INBOX);
        }
    }

    @Test
    void anotherOwnersIndexIsRefused() throws IOException {
        write();
        assertThatThrownBy(() -> open("shard-2"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("shard-2");
        open("shard-1").close();
    }

    @Test
    void aWipedFolderHoldsAnEmptyIndex() throws IOException {
        write();
        IndexFolder.wipe(temp);
        try (IndexFolder index = open("shard-2")) {
            assertThat(index.places()).isEmpty();
        }
        IndexFolder.wipe(temp.resolve("nothing"));
        assertThat(temp.resolve("nothing")).doesNotExist();
        assertThat(Files.exists(temp)).isTrue();
    }
}
