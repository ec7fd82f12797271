package org.merpati.journal.disk;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.RaftPeer;
import org.merpati.runtime.DurableFile;

/** Has a group's log go on with its last voter alone, when Ratis opens it next (replication.md §7). */
public final class LastVoter {
    private static final String TERM = "term";
    /** More elections than there can have been that this voter has not heard of. */
    private static final long UNHEARD_TERMS = 1L << 32;

    private LastVoter() {}

    /**
     * Puts a configuration of one voter behind the last entry, which holds whether those entries were known to be
     * committed or not, and raises the term above that of every leader that was lost: of two routes to a group the one
     * of the later term is believed. It may be made again after a crash.
     *
     * @param log the folder of the log's files
     * @param last the index of the last entry
     */
    public static void alone(Path log, RaftPeer voter, long last) throws IOException {
        Path meta = log.resolve("raft-meta");
        Properties vote = new Properties();
        try (Reader in = Files.newBufferedReader(meta)) {
            vote.load(in);
        }
        vote.setProperty(TERM, Long.toString(Long.parseLong(vote.getProperty(TERM, "0")) + UNHEARD_TERMS));
        StringWriter text = new StringWriter();
        vote.store(text, null);
        DurableFile.write(meta, text.toString().getBytes(StandardCharsets.UTF_8));
        LogEntryProto configuration = LogEntryProto.newBuilder()
                .setIndex(last + 1)
                .setConfigurationEntry(RaftConfigurationProto.newBuilder().addPeers(voter.getRaftPeerProto()))
                .build();
        DurableFile.write(log.resolve("raft-meta.conf"), configuration.toByteArray());
    }
}
