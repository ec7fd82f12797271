package org.merpati.journal.peers;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509TrustManager;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.merpati.kernel.Clock;

/**
 * Asks again and again whether a connected peer is still believed, so that a certificate that is refused today ends a
 * connection of yesterday: Ratis keeps its streams open for days. It also keeps a leader's offer of a checkpoint away
 * from a group that is being opened: Ratis would take it up before it knows the log, and the group would not open; and
 * it ends a call of entries that began before its group was left or opened again, which Ratis would never answer. It
 * keeps away what is meant for the voter that this node was before it began anew, which Ratis would answer. And it
 * tells when a peer's call of entries is over, the first that is noticed of a leader that has ended.
 */
public final class PeerGate implements ServerInterceptor {
    /** How long a peer is believed that was believed just now. */
    public static final Duration BELIEVED = Duration.ofMillis(100);

    private final X509TrustManager trust;
    private final RaftPeerId self;
    private final Predicate<RaftGroupId> opening;
    private final ToIntFunction<RaftGroupId> changes;
    private final BiConsumer<RaftGroupId, RaftPeerId> ended;
    private final Clock clock;

    /**
     * @param self this node as a voter
     * @param opening whether a group is being opened now
     * @param changes how often a group was opened or left
     * @param ended told when the peer that made a call of entries of a group ends it or breaks it off
     */
    public PeerGate(
            X509TrustManager trust,
            RaftPeerId self,
            Predicate<RaftGroupId> opening,
            ToIntFunction<RaftGroupId> changes,
            BiConsumer<RaftGroupId, RaftPeerId> ended,
            Clock clock) {
        this.trust = trust;
        this.self = self;
        this.opening = opening;
        this.changes = changes;
        this.ended = ended;
        this.clock = clock;
    }

    private boolean tooEarly(Object message) {
        return message instanceof InstallSnapshotRequestProto offer && opening.test(group(offer.getServerRequest()));
    }

    private boolean forAnother(Object message) {
        RaftRpcRequestProto request = switch (message) {
            case AppendEntriesRequestProto entries -> entries.getServerRequest();
            case InstallSnapshotRequestProto offer -> offer.getServerRequest();
            case RequestVoteRequestProto vote -> vote.getServerRequest();
            default -> RaftRpcRequestProto.getDefaultInstance();
        };
        return !request.getReplyId().isEmpty()
                && !RaftPeerId.valueOf(request.getReplyId()).equals(self);
    }

    private static RaftGroupId group(RaftRpcRequestProto request) {
        return RaftGroupId.valueOf(request.getRaftGroupId().getId());
    }

    private boolean believed(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return false;
        }
        try {
            X509Certificate[] chain = Arrays.stream(session.getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
            trust.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            return true;
        } catch (SSLPeerUnverifiedException | CertificateException e) {
            return false;
        }
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!believed(call)) {
            call.close(Status.PERMISSION_DENIED, new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return new Checked<>(call, next.startCall(call, headers));
    }

    /** Hands messages on as long as their sender is believed. */
    private final class Checked<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private long asked = clock.nanos();
        private int begun = -1;
        private boolean shut;
        private @Nullable RaftRpcRequestProto entries;

        Checked(ServerCall<Q, ?> call, ServerCall.Listener<Q> next) {
            super(next);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            if (shut) {
                return;
            }
            if (clock.nanos() - asked > BELIEVED.toNanos()) {
                asked = clock.nanos();
                if (!believed(call)) {
                    end(Status.PERMISSION_DENIED);
                    return;
                }
            }
            if (forAnother(message) || tooEarly(message) || fromBefore(message)) {
                end(Status.UNAVAILABLE);
                return;
            }
            if (entries == null && message instanceof AppendEntriesRequestProto first) {
                entries = first.getServerRequest();
            }
            super.onMessage(message);
        }

        /**
         * Whether the entries come on a call that began before the group was left or opened again. Ratis answers the
         * requests of a call in their order, and one that met the group as it was left is never answered.
         */
        private boolean fromBefore(Object message) {
            if (!(message instanceof AppendEntriesRequestProto append)) {
                return false;
            }
            int now = changes.applyAsInt(group(append.getServerRequest()));
            if (begun < 0) {
                begun = now;
            }
            return begun != now;
        }

        private void end(Status status) {
            shut = true;
            super.onCancel();
            call.close(status, new Metadata());
        }

        @Override
        public void onHalfClose() {
            if (!shut) {
                super.onHalfClose();
                tellEnd();
            }
        }

        @Override
        public void onCancel() {
            if (!shut) {
                super.onCancel();
                tellEnd();
            }
        }

        private void tellEnd() {
            RaftRpcRequestProto sent = entries;
            if (sent != null) {
                ended.accept(group(sent), RaftPeerId.valueOf(sent.getRequestorId()));
            }
        }

        @Override
        public void onComplete() {
            if (!shut) {
                super.onComplete();
            }
        }
    }
}
