package org.merpati.node.door;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.merpati.directory.AdminToken;
import org.merpati.directory.Directory;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Malformed;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.wire.InternalErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin operations for who has a token of the directory's (RFC 6750 §2.1): the same on every node, whatever
 * listens. A secret has 256 bits, so guesses are refused and not counted.
 */
public final class AdminApi {
    private static final Logger LOG = LoggerFactory.getLogger(AdminApi.class);
    /** Where operations are asked for. */
    static final String PATH = "/api/admin";

    private static final String SCHEME = "bearer ";
    /** The operations that change nothing, and tell neither a secret nor anybody's mail. */
    private static final Set<String> LOOKS = Set.of(
            "status",
            "self",
            "account show",
            "removed",
            "mailbox moves",
            "node list",
            "trace",
            "verify",
            "token list",
            "spam list",
            "spam learned",
            "spam reputation");

    /**
     * An answer as HTTP has it.
     *
     * @param json an object with {@code ok}, or {@code error} and a sentence
     */
    public record Answer(int status, byte[] json) {
        static Answer error(int status, String sentence) {
            return new Answer(status, AdminRequest.error(sentence));
        }
    }

    private final Operations admin;
    private final Directory directory;
    private final Clock clock;

    /** Answers for what these operations do, to who has a token of that directory. */
    public AdminApi(Operations admin, Directory directory, Clock clock) {
        this.admin = admin;
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * Answers a request.
     *
     * @param authorization the field of that name, if there is one
     * @param body the request; longer than {@link AdminRequest#LIMIT} where it is too long
     * @param peer who asks, for the log
     */
    public Answer answer(Optional<String> authorization, byte[] body, String peer) {
        Optional<AdminToken> token = authorization.flatMap(this::token);
        if (token.isEmpty()) {
            LOG.info("admin API: {} has no token that is valid", peer);
            String what = authorization.isEmpty() ? "needs a token" : "does not know this token, or it has ended";
            return Answer.error(401, "the admin API " + what + ": merpati token add NAME, on a node, makes one");
        }
        if (body.length > AdminRequest.LIMIT) {
            return Answer.error(413, "a request has at most " + AdminRequest.LIMIT + " octets");
        }
        try {
            AdminRequest request = AdminRequest.read(body);
            boolean looks = LOOKS.contains(request.operation());
            if (token.get().looks() && !looks) {
                return Answer.error(403, "the token '" + token.get().name() + "' may only look");
            }
            if (!looks) {
                LOG.info("admin API: {} with token '{}': {}", peer, token.get().name(), request.operation());
            }
            return new Answer(200, AdminRequest.ok(admin.run(request.operation(), request.parameters())));
        } catch (Malformed | NumberFormatException wrong) {
            return Answer.error(400, String.valueOf(wrong.getMessage()));
        } catch (Refused refused) {
            return Answer.error(409, refused.sentence());
        } catch (TryLater later) {
            return Answer.error(503, later.sentence());
        } catch (IOException | RuntimeException bug) {
            InternalErrors.report("admin API", bug);
            return Answer.error(500, "internal error: see the node's log");
        }
    }

    private Optional<AdminToken> token(String authorization) {
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        String secret = authorization.substring(SCHEME.length()).strip();
        long now = clock.millis();
        return directory.people().tokens().stream()
                .filter(token -> token.opens(secret, now))
                .findFirst();
    }
}
