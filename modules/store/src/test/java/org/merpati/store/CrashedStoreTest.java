package org.merpati.store;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.merpati.kernel.Quota;
import org.merpati.store.log.Command;
import org.merpati.store.log.CommandCodec;

/** Between any two steps the node crashes, every third time behind a checkpoint. */
class CrashedStoreTest implements AccountContract, GrantContract {
    @TempDir
    Path temp;

    private Shard shard;
    private int calls;

    @BeforeEach
    void open() {
        shard = new Shard(temp, 2);
    }

    @AfterEach
    void close() {
        shard.close();
    }

    @Override
    public MailStore store() {
        if (++calls % 3 == 0) {
            shard.checkpoint();
        }
        shard.crash();
        return shard.store();
    }

    @Override
    public void pass(long millis) {
        shard.journal.pass(millis);
    }

    @Override
    public void expire() {
        shard.journal.submit(CommandCodec.encode(new Command.Expire(Shard.KEPT.toMillis())));
    }

    @Override
    public void quota(Quota each) {
        shard.quota(each);
    }
}
