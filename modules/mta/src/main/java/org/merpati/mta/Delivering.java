package org.merpati.mta;

import java.util.concurrent.Semaphore;
import org.merpati.directory.Directory;
import org.merpati.kernel.Clock;
import org.merpati.kernel.Ids;

/**
 * What deliveries stand on.
 *
 * @param smartHost whether one host takes all mail for other domains
 * @param slots as many deliveries are made at once
 */
record Delivering(
        Directory directory,
        LocalDelivery local,
        RemoteDelivery remote,
        boolean smartHost,
        Retry retry,
        Semaphore slots,
        Ids ids,
        Clock clock,
        String hostname,
        Counters counters) {}
