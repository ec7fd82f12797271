package org.merpati.node.door;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import tools.jackson.databind.JsonNode;

/** Asks a node on this machine to do something, through the socket in its data folder. */
public final class AdminClient {
    /** Making thousands of accounts takes minutes; a node that is frozen answers never. */
    static final Duration LIMIT = Duration.ofMinutes(15);

    private AdminClient() {}

    /**
     * Asks.
     *
     * @return what the operation says
     * @throws TryLater if no node answers in the folder
     * @throws Refused if the node refuses
     */
    public static JsonNode ask(Path data, String operation, Map<String, String> parameters) {
        return ask(data, operation, parameters, LIMIT);
    }

    /** The same, with a limit for the answer. */
    public static JsonNode ask(Path data, String operation, Map<String, String> parameters, Duration limit) {
        try {
            return said(AdminSocket.ask(data.resolve("admin.sock"), new AdminRequest(operation, parameters), limit));
        } catch (InterruptedIOException silent) {
            throw new TryLater("the node in " + data + " did not answer within " + limit.toSeconds() + " s");
        } catch (IOException away) {
            throw new TryLater("no node answers in " + data + ": is it running? (--data DIR names its folder)");
        }
    }

    /** What an answer says, or the refusal that it is. */
    static JsonNode said(JsonNode answer) {
        JsonNode error = answer.get("error");
        if (error != null) {
            throw new Refused(Refused.Reason.CANNOT, error.asString());
        }
        JsonNode said = answer.get("ok");
        return said == null ? answer : said;
    }
}
