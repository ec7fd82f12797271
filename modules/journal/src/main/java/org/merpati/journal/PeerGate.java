package org.merpati.journal;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509TrustManager;
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
 * connection of yesterday: Ratis keeps its streams open for days.
 */
final class PeerGate implements ServerInterceptor {
    private static final long BELIEVED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A leader opens a stream again as soon as it is refused: it is made to wait, or it would do nothing else. */
    private static final Executor LATER = CompletableFuture.delayedExecutor(250, TimeUnit.MILLISECONDS);

    private final X509TrustManager trust;
    private final Clock clock;

    PeerGate(X509TrustManager trust, Clock clock) {
        this.trust = trust;
        this.clock = clock;
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
            LATER.execute(() -> call.close(Status.PERMISSION_DENIED, new Metadata()));
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
                    shut = true;
                    super.onCancel();
                    call.close(Status.PERMISSION_DENIED, new Metadata());
                    return;
                }
            }
            super.onMessage(message);
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
