package org.merpati.smtp;

import java.time.Duration;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.TimeMetric;
import org.reactivestreams.Publisher;

/** James asks for a metrics factory; what is counted here is counted by the parts that own it. */
final class NoMetrics implements MetricFactory {
    @Override
    public Metric generate(String name) {
        return new Metric() {
            @Override
            public void increment() {
                // Not counted.
            }

            @Override
            public void decrement() {
                // Not counted.
            }

            @Override
            public void add(int value) {
                // Not counted.
            }

            @Override
            public void remove(int value) {
                // Not counted.
            }

            @Override
            public long getCount() {
                return 0;
            }

            @Override
            public double movingAverage() {
                return 0;
            }
        };
    }

    @Override
    public TimeMetric timer(String name) {
        TimeMetric.ExecutionResult none = new TimeMetric.ExecutionResult() {
            @Override
            public Duration elasped() {
                return Duration.ZERO;
            }

            @Override
            @Deprecated
            public TimeMetric.ExecutionResult logWhenExceedP99(Duration threshold) {
                return this;
            }
        };
        return new TimeMetric() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public ExecutionResult stopAndPublish() {
                return none;
            }
        };
    }

    @Override
    public <T> Publisher<T> decoratePublisherWithTimerMetric(String name, Publisher<T> publisher) {
        return publisher;
    }

    @Override
    @Deprecated
    public <T> Publisher<T> decoratePublisherWithTimerMetricLogP99(String name, Publisher<T> publisher) {
        return publisher;
    }
}
