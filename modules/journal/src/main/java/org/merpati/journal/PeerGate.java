package org.merpati.journal;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509TrustManager;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.merpati.kernel.Clock;

/**
 * Asks again and again whether a connected peer is still believed, so that a certificate that is refused today ends a
 * connection of yesterday: Ratis keeps its streams open for days. It also keeps a leader's offer of a checkpoint away
 * from a group that is being opened: Ratis would take it up before it knows the log, and the group would not open.
 */
final class PeerGate implements ServerInterceptor {
    private static final long BELIEVED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final X509TrustManager trust;
    private final Predicate<RaftGroupId> opening;
    private final Clock clock;

    /**
     * @param opening whether a group is being opened now
     */
    PeerGate(X509TrustManager trust, Predicate<RaftGroupId> opening, Clock clock) {
        this.trust = trust;
        this.opening = opening;
        this.clock = clock;
    }

    private boolean tooEarly(Object message) {
        return message instanceof InstallSnapshotRequestProto offer
                && opening.test(RaftGroupId.valueOf(
                        offer.getServerRequest().getRaftGroupId().getId()));
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
        private boolean shut;

        Checked(ServerCall<Q, ?> call, ServerCall.Listener<Q> next) {
            super(next);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            if (shut) {
                return;
            }
            if (clock.nanos() - asked > BELIEVED_NANOS) {
                asked = clock.nanos();
                if (!believed(call)) {
                    end(Status.PERMISSION_DENIED);
                    return;
                }
            }
            if (tooEarly(message)) {
                end(Status.UNAVAILABLE);
                return;
            }
            super.onMessage(message);
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
            }
        }

        @Override
        public void onCancel() {
            if (!shut) {
                super.onCancel();
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
